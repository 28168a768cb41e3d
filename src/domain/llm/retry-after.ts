/** Clocks differ and headers lie: a provider that asks for more than this is asked again after it. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

export type Headers = Readonly<Record<string, string>>;

/**
 * What the provider asks to wait, in ms: `retry-after-ms` before `retry-after` (seconds or an HTTP date). Null when it
 * says nothing usable; a past date, a negative number and garbage are nothing. Zero is a value, not absence.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const wait =
    plainNumber(headers['retry-after-ms']) ??
    seconds(headers['retry-after']) ??
    untilDate(headers['retry-after'], nowMs);
  return wait === null ? null : Math.min(wait, MAX_RETRY_AFTER_MS);
}

/** The wait named only in the text: "Please try again in 18.642s", "… in 644ms", "… in 1m30s". */
export function hintedWaitMs(message: string): number | null {
  const match = /try again in (?:(\d{1,4})m(?!s))?(?:(\d{1,6}(?:\.\d{1,6})?)(ms|s))?/i.exec(message);
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  const minutesMs = Number(match[1] ?? 0) * 60_000;
  const restMs = Number(match[2] ?? 0) * (match[3] === 'ms' ? 1 : 1000);
  return Math.min(Math.ceil(minutesMs + restMs), MAX_RETRY_AFTER_MS);
}

function plainNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}(\.\d+)?$/.test(text.trim()) ? Math.ceil(Number(text)) : null;
}

function seconds(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}(\.\d+)?$/.test(text.trim()) ? Math.ceil(Number(text) * 1000) : null;
}

function untilDate(text: string | undefined, nowMs: number): number | null {
  const at = text !== undefined && /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(at) && at > nowMs ? at - nowMs : null;
}
