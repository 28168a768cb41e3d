import { badRequest } from '../http/api-error';
import type { ModelAnswer, ModelPrompt, ScriptedModel } from '../models/scripted-model';
import { SeededRandom } from '../seeded-random';
import { fitSchema } from './fit-schema';
import type { ChatRequest } from './request';
import { countInputTokens, countTokens, firstTokens } from './tokens';
import { decideToolCalls, type AnswerToolCall } from './tool-call';

/** `context_window` is an end that only Anthropic's wire knows. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'context_window';

/** A complete answer, before a byte of it is sent. */
export interface Generation {
  content: string | null;
  refusal: string | null;
  toolCalls: AnswerToolCall[];
  finishReason: FinishReason;
  /** Which one of the stop words ended the text. */
  stopSequence: string | null;
  /** All of them, those of the prompt cache included. */
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteInputTokens: number;
  outputTokens: number;
  /** The script's own wish, added to the latency profile. */
  delayMs: number;
}

/**
 * The answer, a pure function of (model, server seed, request). `outputTokens` never exceeds `maxTokens`.
 *
 * @throws ApiError 400 when the prompt is longer than the model's context or the schema cannot be satisfied.
 */
export function generate(model: ScriptedModel, request: ChatRequest, serverSeed: number): Generation {
  const inputTokens = countInputTokens(request.messages, request.attachments);
  if (inputTokens > model.contextTokens) throw contextExceeded(model, inputTokens);
  const prompt = promptOf(request, randomFor(request, serverSeed));
  const answer = model.answer(prompt);
  const calls = decideToolCalls(request, answer, prompt.random);
  const body = calls.length === 0 ? finishText(textOf(answer, prompt), request) : finishCalls(calls, request);
  return { refusal: null, inputTokens, ...UNCACHED, delayMs: answer.delayMs ?? 0, ...body };
}

/** A cache would make an answer's price depend on the requests before it; the fault `usage` reports one. */
const UNCACHED = { cachedInputTokens: 0, cacheWriteInputTokens: 0 } as const;

/** Keyed by what a real model's answer depends on; max_tokens only shortens it, delivery and metadata change nothing. */
function randomFor({ model, messages, seed, temperature, topP }: ChatRequest, serverSeed: number): SeededRandom {
  const said = messages.map(({ role, text, name, calls }) => ({ role, text, name, calls }));
  return new SeededRandom(JSON.stringify([serverSeed, seed, model, temperature, topP, said]));
}

function promptOf({ messages, responseFormat }: ChatRequest, random: SeededRandom): ModelPrompt {
  const schema = responseFormat.type === 'json_schema' ? responseFormat.schema : null;
  return { messages, wantsJson: responseFormat.type !== 'text', schema, random };
}

function textOf(answer: ModelAnswer, { schema, random }: ModelPrompt): string {
  if ('text' in answer) return answer.text;
  return JSON.stringify(schema === null ? answer.json : fitSchema(schema, answer.json, random));
}

type Finished = Pick<Generation, 'content' | 'toolCalls' | 'finishReason' | 'stopSequence' | 'outputTokens'>;

function finishText(text: string, request: ChatRequest): Finished {
  const said = untilStop(text, request.stop);
  const { text: content, tokens, cut } = firstTokens(said.text, request.maxTokens ?? Number.POSITIVE_INFINITY);
  const stopSequence = cut ? null : said.stopSequence;
  return { content, toolCalls: [], finishReason: cut ? 'length' : 'stop', stopSequence, outputTokens: tokens };
}

function untilStop(text: string, stops: readonly string[]): { text: string; stopSequence: string | null } {
  const [first] = stops
    .map((stop) => ({ stop, index: text.indexOf(stop) }))
    .filter(({ index }) => index >= 0)
    .sort((a, b) => a.index - b.index);
  return first === undefined
    ? { text, stopSequence: null }
    : { text: text.slice(0, first.index), stopSequence: first.stop };
}

/** Names are billed before arguments; at the limit the last call is cut, or left out when nothing of its name fits. */
function finishCalls(calls: readonly AnswerToolCall[], request: ChatRequest): Finished {
  let left = request.maxTokens ?? Number.POSITIVE_INFINITY;
  let outputTokens = 0;
  const toolCalls: AnswerToolCall[] = [];
  for (const call of calls) {
    const nameTokens = countTokens(call.name);
    if (nameTokens >= left) return cutCalls(toolCalls, request);
    const { text: argumentsJson, tokens, cut } = firstTokens(call.argumentsJson, left - nameTokens);
    toolCalls.push({ ...call, argumentsJson });
    left -= nameTokens + tokens;
    outputTokens += nameTokens + tokens;
    if (cut) return cutCalls(toolCalls, request);
  }
  return { content: null, toolCalls, finishReason: 'tool_calls', stopSequence: null, outputTokens };
}

function cutCalls(toolCalls: AnswerToolCall[], { maxTokens }: ChatRequest): Finished {
  const content = toolCalls.length === 0 ? '' : null;
  return { content, toolCalls, finishReason: 'length', stopSequence: null, outputTokens: maxTokens! };
}

function contextExceeded(model: ScriptedModel, inputTokens: number): Error {
  const message = `This model's maximum context length is ${model.contextTokens} tokens. However, your messages resulted in ${inputTokens} tokens. Please reduce the length of the messages.`;
  return badRequest(message, 'messages', 'context_length_exceeded');
}
