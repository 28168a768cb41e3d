/** Longest silence that still looks like a model at work: reasoning models think for a minute before the first word. */
const MAX_SILENCE_MS = 120_000;

/**
 * The three deadlines of an attempt from its one timeout. A hung connection is found by silence long before a generous
 * total runs out; a total alone would let 4 KiB/min of keep-alive bytes hold a slot for an hour.
 */
export function deadlinesOf(timeoutMs: number): { headersMs: number; idleMs: number; totalMs: number } {
  const silenceMs = Math.min(timeoutMs, MAX_SILENCE_MS);
  return { headersMs: silenceMs, idleMs: silenceMs, totalMs: timeoutMs };
}

/** A background response is asked for until its whole time is over: that it is silent says nothing, it may be queued. */
export function backgroundDeadlinesOf(timeoutMs: number): { headersMs: number; idleMs: number; totalMs: number } {
  return { ...deadlinesOf(timeoutMs), idleMs: timeoutMs };
}
