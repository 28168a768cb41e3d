import type { Generation } from '../chat/generate';
import type { ChatRequest } from '../chat/request';
import type { AnswerToolCall } from '../chat/tool-call';
import type { DeliveryPlan } from './plan';
import { wholePlan } from './whole';

/** What names one answer on the wire. */
export interface AnswerHead {
  id: string;
  createdSeconds: number;
  headers: Readonly<Record<string, string>>;
}

/** Changes when the scripts change their answers, as OpenAI's does with its backend. */
export const FINGERPRINT = 'fp_scripted_1';

/** The unstreamed answer: one JSON body after the whole latency. */
export function completionPlan(
  head: AnswerHead,
  request: ChatRequest,
  generation: Generation,
  latencyMs: number,
): DeliveryPlan {
  return wholePlan(completionBody(head, request, generation), head.headers, latencyMs);
}

export function completionBody(head: AnswerHead, request: ChatRequest, generation: Generation): object {
  const { content, refusal, toolCalls, finishReason } = generation;
  const calls = toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(wireToolCall) };
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.createdSeconds,
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal, ...calls },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: wireUsage(generation),
    system_fingerprint: FINGERPRINT,
  };
}

function wireToolCall(call: AnswerToolCall): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.argumentsJson } };
}

export function wireUsage({ inputTokens, cachedInputTokens, outputTokens }: Generation): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}
