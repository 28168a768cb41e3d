import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../adapters/log';

export interface Loop {
  /** Ends after the turn under way. */
  stop(): Promise<void>;
}

/** A turn that fails is logged and repeated later; waits grow up to this while the same service stays away. */
const BACKOFF_MAX_MS = 10_000;

/** Repeats `turn` until stopped, `intervalMs` after each end, so that turns never overlap. */
export function startLoop(name: string, intervalMs: number, turn: () => Promise<unknown>, log: Log): Loop {
  const stopping = new AbortController();
  const finished = (async () => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      failures = await turn().then(
        () => 0,
        (error: unknown) => {
          log.warn({ loop: name, err: error, failures: failures + 1 }, 'loop turn failed; it is repeated');
          return failures + 1;
        },
      );
      const waitMs = Math.min(intervalMs * 2 ** failures, Math.max(BACKOFF_MAX_MS, intervalMs));
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined); // stop() ends the wait
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await finished;
    },
  };
}
