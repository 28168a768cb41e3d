import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { ChatAnswer } from '../../../domain/llm/chat';
import { IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';
import { readFinishReason, readUsage } from './read-stream';

/**
 * An answer that came whole, as a batch brings it.
 *
 * @throws IncompleteAnswer without a choice, finish reason or usage
 */
export function readCompletion(body: Partial<ChatCompletion>): ChatAnswer {
  const choice = Array.isArray(body.choices) ? body.choices[0] : undefined;
  if (!choice?.message || !choice.finish_reason) throw new IncompleteAnswer('the answer has no finish reason', true);
  if (!body.usage) throw new IncompleteAnswer('the answer has no usage', true);
  const { content, refusal, tool_calls: toolCalls } = choice.message;
  if (typeof (content ?? refusal ?? '') !== 'string') throw new IncompleteAnswer('the answer has no text', true);
  const finishReason = readFinishReason(choice.finish_reason);
  return {
    content: content || refusal || '',
    toolCalls: (toolCalls ?? []).flatMap((call) =>
      call.type === 'function'
        ? [{ id: call.id, name: call.function.name, argumentsJson: call.function.arguments }]
        : [],
    ),
    finishReason: refusal && finishReason === 'stop' ? 'refusal' : finishReason,
    usage: readUsage(body.usage),
    model: label(body.model) ?? '',
    providerRequestId: label(body.id),
  };
}
