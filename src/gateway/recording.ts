import type { NewRecording } from '../adapters/postgres/recording';
import { canonicalJson } from '../domain/kernel/canonical-json';
import type { MicroUsd } from '../domain/kernel/money';
import { recordingDigest } from '../domain/llm/cassette';
import type { ChatAnswer } from '../domain/llm/chat';
import type { GatewayCall } from './types';

/** A paid answer as its call's cassette keeps it; nothing when there is none. */
export function recordingOf(
  { tenant, cassette, request }: GatewayCall,
  requestHash: string,
  answer: ChatAnswer,
  costMicroUsd: MicroUsd,
): NewRecording | undefined {
  if (cassette === undefined || cassette.mode === 'replay') return undefined;
  const text = canonicalJson(answer);
  const { inputTokens, outputTokens } = answer.usage;
  return {
    ...{ tenant, name: cassette.name, requestHash, answer: text, sha256: recordingDigest(requestHash, text) },
    ...{ model: answer.model || request.model, inputTokens, outputTokens, costMicroUsd },
    replace: cassette.mode === 'record',
  };
}
