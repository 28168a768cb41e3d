import { toFailure } from './failure';
import type { Wire } from './guarded-attempt';
import { guardedFetch, type GuardedResponse } from './guarded-fetch';

export interface AskBounds {
  withinMs: number;
  bytesMax: number;
  /** The caller's. */
  signal: AbortSignal;
}

export interface AskOptions {
  signal: AbortSignal;
  timeout: number;
  headers: Record<string, string>;
}

/**
 * One request that is no model call, or several that count as one: bounded in time and bytes, redirected nowhere.
 *
 * @throws ProviderFailure
 */
export async function boundedAsk<T>(
  { withinMs, bytesMax, signal: caller }: AskBounds,
  { secrets, readError }: Pick<Wire, 'secrets' | 'readError'>,
  work: (fetchBounded: typeof fetch, options: AskOptions) => Promise<T>,
): Promise<T> {
  const seen: GuardedResponse = { terminated: false, status: null, headers: {} };
  const signal = AbortSignal.any([caller, AbortSignal.timeout(withinMs)]);
  const options = { signal, timeout: withinMs, headers: { 'accept-encoding': 'identity' } };
  try {
    return await work(guardedFetch(bytesMax, null, seen), options);
  } catch (error) {
    caller.throwIfAborted();
    throw toFailure(error, seen, secrets, readError);
  }
}
