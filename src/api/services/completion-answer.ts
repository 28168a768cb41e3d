import type { CallResult } from '../../adapters/postgres/call-results';
import type { CompletionChunk, CompletionView } from '../../contracts/api.schema';
import type { ChatAnswer } from '../../domain/llm/chat';
import type { ApiDeps } from '../deps';
import { CALL_KEY_HEADER } from '../http/openai-error';
import type { AskedCall } from './completion-call';

/** An answer with the call's row, read from where the worker stored it. */
export interface StoredAnswer {
  result: CallResult;
  answer: ChatAnswer;
}

/** @throws LonghaulError what became of the call otherwise, or the signal's reason */
export async function storedAnswer(
  deps: ApiDeps,
  tenant: string,
  call: AskedCall,
  signal: AbortSignal,
): Promise<StoredAnswer> {
  const result = await call.answered(signal);
  const { payload } = await deps.artifacts.get(tenant, result.artifactRef);
  const { answer } = JSON.parse(Buffer.from(payload).toString('utf8')) as { answer: ChatAnswer };
  return { result, answer };
}

/** As OpenAI answers without a stream. */
export function completionOf(call: AskedCall, stored: StoredAnswer): CompletionView {
  const { content, toolCalls, finishReason } = stored.answer;
  const isRefusal = finishReason === 'refusal';
  return {
    ...head(call, stored.result.model),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: isRefusal || (content === '' && toolCalls.length > 0) ? null : content,
          refusal: isRefusal ? content : null,
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(wireToolCall) } : {}),
        },
        logprobs: null,
        finish_reason: wireFinish(stored),
      },
    ],
    usage: usageOf(stored),
    longhaul: costOf(call, stored),
  };
}

/** The first event of a stream, and each one with text. */
export function textChunk(call: AskedCall, model: string, content: string, isFirst: boolean): CompletionChunk {
  const delta = isFirst ? { role: 'assistant' as const, content } : { content };
  return chunk(call, model, [{ index: 0, delta, logprobs: null, finish_reason: null }]);
}

/** What follows the text: tools that the model asks for, then why it ended. */
export function closingChunks(call: AskedCall, stored: StoredAnswer, withUsage: boolean): CompletionChunk[] {
  const { model } = stored.result;
  const toolCalls = stored.answer.toolCalls.map((asked, index) => ({ index, ...wireToolCall(asked) }));
  const tools =
    toolCalls.length === 0
      ? []
      : [chunk(call, model, [{ index: 0, delta: { tool_calls: toolCalls }, logprobs: null, finish_reason: null }])];
  const end = chunk(call, model, [{ index: 0, delta: {}, logprobs: null, finish_reason: wireFinish(stored) }]);
  const last = { ...end, longhaul: costOf(call, stored) };
  return [...tools, last, ...(withUsage ? [{ ...chunk(call, model, []), usage: usageOf(stored) }] : [])];
}

/** @returns the headers that every answer of a call carries */
export function callHeaders({ callKey, source }: AskedCall): Record<string, string> {
  return { [CALL_KEY_HEADER]: callKey, 'x-longhaul-source': source };
}

function chunk(call: AskedCall, model: string, choices: CompletionChunk['choices']): CompletionChunk {
  return { ...head(call, model), object: 'chat.completion.chunk', choices };
}

function head({ callKey, createdAt }: AskedCall, model: string) {
  const id = `chatcmpl-${callKey.slice(callKey.indexOf('/') + 1)}`;
  return { id, created: Math.floor(createdAt.getTime() / 1000), model };
}

function wireToolCall({ id, name, argumentsJson }: ChatAnswer['toolCalls'][number]) {
  return { id, type: 'function' as const, function: { name, arguments: argumentsJson } };
}

/** Reasons for which OpenAI has no word of its own; a refusal stands in the message. */
const FINISH = { refusal: 'stop', pause: 'stop', context_window: 'length' } as const;

function wireFinish({ answer: { finishReason } }: StoredAnswer): CompletionView['choices'][number]['finish_reason'] {
  return finishReason in FINISH ? FINISH[finishReason as keyof typeof FINISH] : (finishReason as 'stop');
}

function usageOf({ answer: { usage } }: StoredAnswer): CompletionView['usage'] {
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens },
  };
}

function costOf(
  { callKey, source }: AskedCall,
  { result: { costMicroUsd } }: StoredAnswer,
): CompletionView['longhaul'] {
  return { callKey, costMicroUsd, source };
}
