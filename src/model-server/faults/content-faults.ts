import type { Generation } from '../chat/generate';
import { firstTokens } from '../chat/tokens';
import type { Fault } from './spec';

const REFUSAL = "I'm sorry, but I can't help with that.";

/** Stands in the text where the bytes shall be invalid; a private character that no script says. */
export const INVALID_MARK = '\uF8FF';

/** What no request offers. */
const FORBIDDEN_CALL = { id: 'call_0000000000000000forbidden', name: 'delete_everything', argumentsJson: '{}' };

/** Answers that are complete and billed, and of no use. Output never grows beyond what the request allowed. */
export function applyContentFault(generation: Generation, fault: Fault | null, maxTokens: number | null): Generation {
  switch (fault?.kind) {
    case 'bad-json':
      return withText(generation, `${firstHalf(generation.content ?? '{"answer": ')},`, 'stop', maxTokens);
    case 'wrong-schema':
      return withText(generation, '{"unexpected":["shape"]}', 'stop', maxTokens);
    case 'refusal':
      return { ...withText(generation, REFUSAL, 'stop', maxTokens), content: null, refusal: REFUSAL };
    case 'content-filter':
      return withText(generation, firstHalf(generation.content ?? ''), 'content_filter', maxTokens);
    case 'max-tokens':
      return withText(generation, firstHalf(generation.content ?? ''), 'length', maxTokens);
    case 'context-window':
      return withText(generation, firstHalf(generation.content ?? ''), 'context_window', maxTokens);
    case 'forbidden-tool':
      return { ...generation, content: null, toolCalls: [FORBIDDEN_CALL], finishReason: 'tool_calls' };
    case 'invalid-utf8':
      return withText(generation, `${INVALID_MARK}${generation.content ?? ''}`, 'stop', maxTokens);
    case 'empty':
      return withText(generation, '', 'stop', maxTokens);
    case 'usage':
      return {
        ...generation,
        inputTokens: fault.settings['input'] ?? generation.inputTokens,
        cachedInputTokens: fault.settings['cached'] ?? 0,
        cacheWriteInputTokens: fault.settings['cache-write'] ?? 0,
        outputTokens: fault.settings['output'] ?? generation.outputTokens,
      };
    default:
      return generation;
  }
}

function withText(
  generation: Generation,
  text: string,
  reason: Generation['finishReason'],
  maxTokens: number | null,
): Generation {
  const { text: content, tokens, cut } = firstTokens(text, maxTokens ?? Number.POSITIVE_INFINITY);
  const finishReason = cut ? 'length' : reason;
  return { ...generation, content, toolCalls: [], finishReason, stopSequence: null, outputTokens: tokens };
}

function firstHalf(text: string): string {
  return Array.from(text)
    .slice(0, Math.ceil(text.length / 2))
    .join('');
}
