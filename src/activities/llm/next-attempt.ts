import { type RetryPolicy, retryDelayMs } from '../../domain/agents/retry';
import { assert } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';

/** A longer wait for limiter or budget frees the activity slot; the next try comes by nextRetryDelay. */
export const MAX_WAIT_MS = 10_000;

/** Whose call failed, and how often it may. */
interface Caller {
  name: string;
  maxRetries: number;
  retryPolicy: RetryPolicy;
}

export interface NextAttempt {
  /** What the activity ends with: the wait until the next attempt, or that there is none. */
  error: unknown;
  /** Set when there is one. */
  waitMs?: number;
  failures: number;
}

/**
 * A model failure is retried after the caller's own delay until its retries are used up. Undefined: the error is none of the
 * model's, and says itself what becomes of it. Waits and crashes do not count.
 */
export function nextAttempt({ name, maxRetries, retryPolicy }: Caller, error: unknown): NextAttempt | undefined {
  if (!LonghaulError.is(error) || !error.retryable || error.params.modelFailures === undefined) return undefined;
  const failures = Number(error.params.modelFailures);
  assert(failures > 0, `Call of ${name}: a failed attempt was counted as ${failures}`);
  if (failures > maxRetries) {
    const params = { agent: name, attempts: failures, allowed: maxRetries + 1, detail: error.message };
    return { error: new LonghaulError('RetriesExhausted', params), failures };
  }
  const waitMs = retryDelayMs(retryPolicy, failures, Math.random(), Number(error.params.retryAfterMs ?? 0));
  const again = new LonghaulError(error.code, { ...error.params, waitMs }, error.problems, { cause: error });
  return { error: again, waitMs, failures };
}
