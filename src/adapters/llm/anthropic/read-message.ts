import type { ContentBlock, Message } from '@anthropic-ai/sdk/resources/messages/messages';
import type { ChatAnswer, ToolCall } from '../../../domain/llm/chat';
import { IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';
import { readStopReason, readUsage } from './read-stream';

/**
 * An answer that came whole, as a batch brings it.
 *
 * @throws IncompleteAnswer without content, stop reason or usage
 */
export function readMessage(body: Partial<Message>): ChatAnswer {
  const { content: blocks, stop_reason: stopReason, usage } = body;
  if (!stopReason) throw new IncompleteAnswer('the answer has no stop reason', true);
  if (!usage) throw new IncompleteAnswer('the answer has no usage', true);
  if (!Array.isArray(blocks)) throw new IncompleteAnswer('the answer has no content', true);
  return {
    content: blocks.map(textOf).join(''),
    toolCalls: blocks.flatMap(toolCallOf),
    finishReason: readStopReason(stopReason),
    usage: readUsage(usage, usage),
    model: label(body.model) ?? '',
    providerRequestId: label(body.id),
  };
}

/** Thinking and citations are no part of it. */
function textOf(block: ContentBlock): string {
  if (block.type !== 'text') return '';
  if (typeof block.text !== 'string') throw new IncompleteAnswer('the answer has no text', true);
  return block.text;
}

function toolCallOf(block: ContentBlock): ToolCall[] {
  if (block.type !== 'tool_use') return [];
  const { id, name, input } = block;
  return [{ id: label(id) ?? '', name: label(name) ?? '', argumentsJson: JSON.stringify(input ?? {}) }];
}
