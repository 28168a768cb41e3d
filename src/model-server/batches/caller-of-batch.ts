import { agentFromKey, type Caller } from '../chat/caller';
import { isObject } from '../chat/fields';
import { readLines } from './read-lines';

/** For fault rules: a batch is asked for by whoever asks its first request. */
export function callerOfBatch(input: string): { model: string; caller: Caller } {
  const first = readLines(input).lines[0];
  const model = isObject(first?.body) && typeof first.body['model'] === 'string' ? first.body['model'] : '';
  const attemptKey = first?.customId ?? null;
  return { model, caller: { attemptKey, agent: agentFromKey(attemptKey) } };
}
