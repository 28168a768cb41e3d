import type { Response, ResponseOutputItem } from 'openai/resources/responses/responses';
import type { ChatAnswer, FinishReason, ToolCall, Usage } from '../../../domain/llm/chat';
import { ErrorEvent, IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';

/** Whether nothing more will come of it. */
export function hasEnded({ status }: Response): boolean {
  return status !== 'queued' && status !== 'in_progress';
}

/**
 * The answer of a response that has ended.
 *
 * @throws ErrorEvent when it failed, IncompleteAnswer when it was cancelled or says nothing of its usage
 */
export function readResponse(response: Response): ChatAnswer {
  if (response.status === 'failed') throw new ErrorEvent({ error: { type: '', ...response.error } });
  if (response.status === 'cancelled') throw new IncompleteAnswer('the response was cancelled at the provider', true);
  const usage = usageOf(response);
  if (!usage) throw new IncompleteAnswer('the response ended without usage', true);
  const output = Array.isArray(response.output) ? response.output : [];
  const toolCalls = output.flatMap(toolCallOf);
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const text = parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
  const refusal = parts.map((part) => (part.type === 'refusal' ? part.refusal : '')).join('');
  return {
    content: text || refusal,
    toolCalls,
    finishReason: finishReasonOf(response, refusal !== '', toolCalls),
    usage,
    model: label(response.model) ?? '',
    providerRequestId: label(response.id),
  };
}

/** As reported, unchecked; null when nothing was. Reasoning tokens are among the output's. */
export function usageOf({ usage }: Response): Usage | null {
  if (!usage) return null;
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cachedInputTokens: usage.input_tokens_details?.cached_tokens ?? undefined,
    cacheWriteInputTokens: usage.input_tokens_details?.cache_write_tokens ?? undefined,
  };
}

function toolCallOf(item: ResponseOutputItem): ToolCall[] {
  if (item.type !== 'function_call') return [];
  return [{ id: item.call_id, name: item.name, argumentsJson: item.arguments }];
}

function finishReasonOf(response: Response, refused: boolean, toolCalls: readonly ToolCall[]): FinishReason {
  if (response.incomplete_details?.reason === 'content_filter') return 'content_filter';
  if (response.status === 'incomplete') return 'length';
  if (toolCalls.length > 0) return 'tool_calls';
  return refused ? 'refusal' : 'stop';
}
