import { LonghaulError } from '../domain/kernel/errors';
import { breakerKey } from './breakers';
import type { Parts } from './parts';
import type { Quote } from './quote';
import { sleep } from './sleep';
import { storedResult } from './stored-result';
import type { GatewayCall, GatewayResult } from './types';
import type { Waiting } from './waiting';

/** Another call's probe may succeed at any moment. */
const MAX_PAUSE_MS = 1_000;

/**
 * Before any money is held: returns when the call may go on, or with the result that is stored for it, which needs no
 * provider. An outage is waited for; a refused credential is not, because only a person can help.
 *
 * @throws LonghaulError ProviderPaused | ProviderUnreachable | QueueTimeout, or the signal's reason.
 */
export async function pauseAtBreaker(
  { deps, breakers }: Parts,
  call: GatewayCall,
  quote: Quote,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<GatewayResult | null> {
  const key = breakerKey(quote, call);
  for (let turn = 0; ; turn += 1) {
    const answer = breakers.ask(key);
    if (answer.pass) break;
    const stored = turn === 0 ? await storedResult(deps, call) : null;
    if (stored) return stored;
    const { kind, failures, detail } = answer.breaker;
    const { waitMs } = answer;
    if (kind === 'refused')
      throw new LonghaulError('ProviderPaused', { ...key, callKey: call.callKey, failures, detail, waitMs });
    await waiting.turn({ for: 'provider', provider: key.provider, detail }, waitMs);
    await sleep(Math.min(waitMs, MAX_PAUSE_MS, waiting.leftMs), signal);
  }
  waiting.ended();
  return null;
}
