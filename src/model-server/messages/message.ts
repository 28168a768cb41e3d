import type { Accepted } from '../chat/arrival';
import type { FinishReason, Generation } from '../chat/generate';
import type { ChatRequest } from '../chat/request';
import type { AnswerToolCall } from '../chat/tool-call';
import type { DeliveryPlan } from '../delivery/plan';
import { wholePlan } from '../delivery/whole';

/** The unstreamed answer: one JSON body after the whole latency. */
export function messagePlan(accepted: Accepted): DeliveryPlan {
  const { request, generation, latencyMs } = accepted;
  const body = messageBody(messageId(accepted), request, generation);
  return wholePlan(body, messageHeaders(accepted), latencyMs);
}

export function messageId({ arrival }: Accepted): string {
  return `msg_${arrival.requestId.slice('req_'.length)}`;
}

export function messageHeaders({ arrival, headers }: Accepted): Record<string, string> {
  return { ...headers, 'request-id': arrival.requestId };
}

/** The whole message, also as a batch has it. */
export function messageBody(id: string, { model }: ChatRequest, generation: Generation): object {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: contentOf(generation),
    ...stopOf(generation),
    usage: usageOf(generation),
  };
}

function contentOf({ content, refusal, toolCalls }: Generation): object[] {
  const text = refusal ?? content ?? '';
  return [...(text === '' ? [] : [{ type: 'text', text }]), ...toolCalls.map(toolUseOf)];
}

/** A call that was cut at the limit has no whole arguments; Anthropic then gives what could be read. */
function toolUseOf(call: AnswerToolCall): object {
  return { type: 'tool_use', id: toolUseId(call), name: call.name, input: readArguments(call.argumentsJson) };
}

function readArguments(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

export function toolUseId({ id }: AnswerToolCall): string {
  return `toolu_${id.slice('call_'.length)}`;
}

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
  context_window: 'model_context_window_exceeded',
};

export function stopOf({ refusal, finishReason, stopSequence }: Generation): object {
  const ordinary = stopSequence === null ? STOP_REASONS[finishReason] : 'stop_sequence';
  return { stop_reason: refusal === null ? ordinary : 'refusal', stop_sequence: stopSequence };
}

/** Here, unlike in the book, `input_tokens` are those that were neither read from the cache nor written to it. */
export function usageOf(generation: Generation): object {
  const { inputTokens, outputTokens, cachedInputTokens: read, cacheWriteInputTokens: written } = generation;
  return {
    input_tokens: inputTokens - read - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: outputTokens,
  };
}
