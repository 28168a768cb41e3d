import { agentFromKey, type Caller } from '../chat/caller';
import { isObject } from '../chat/fields';
import type { BatchLine } from './batch';

/** For fault rules: a batch is asked for by whoever asks its first request. */
export function callerOfBatch(first: BatchLine | undefined): { model: string; caller: Caller } {
  const model = isObject(first?.body) && typeof first.body['model'] === 'string' ? first.body['model'] : '';
  const attemptKey = first?.attemptKey ?? null;
  return { model, caller: { attemptKey, agent: agentFromKey(attemptKey) } };
}
