import type { Generation } from '../chat/generate';
import type { ChatRequest } from '../chat/request';
import { FINGERPRINT, wireUsage, type AnswerHead } from './completion';
import type { DeliveryPlan, Piece } from './plan';

/** Share of the latency that passes before the first byte; the rest is spread over the pieces of text. */
export const FIRST_BYTE_SHARE = 0.3;

/** More pieces would cost timers and teach a client nothing; at 32, writing them was the largest part of an answer (profiled). */
const CHUNKS_MAX = 16;
const CHUNK_CHARS_MIN = 24;

type Delta = Record<string, unknown>;

/** The streamed answer: role, text or tool calls in pieces, finish reason, usage when asked for, `[DONE]`. */
export function streamPlan(
  head: AnswerHead,
  request: ChatRequest,
  generation: Generation,
  latencyMs: number,
): DeliveryPlan {
  const body = [...textDeltas(generation), ...toolDeltas(generation)];
  const pauseMs = body.length === 0 ? 0 : (latencyMs * (1 - FIRST_BYTE_SHARE)) / body.length;
  const event = (choices: object[], extra: object = {}): string => eventOf(head, request, choices, extra);
  const choice = (delta: Delta, finishReason: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: finishReason },
  ];
  const pieces: Piece[] = [
    { afterMs: 0, text: event(choice({ role: 'assistant', content: '', refusal: null })) },
    ...body.map((delta) => ({ afterMs: pauseMs, text: event(choice(delta)), isContent: true })),
    { afterMs: 0, text: event(choice({}, generation.finishReason)) },
    ...(request.includeUsage ? [{ afterMs: 0, text: event([], { usage: wireUsage(generation) }) }] : []),
    { afterMs: 0, text: 'data: [DONE]\n\n' },
  ];
  const headers = { ...head.headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  return {
    headersAfterMs: latencyMs * FIRST_BYTE_SHARE,
    headers,
    pieces,
    ending: 'end',
    keepAlive: { text: ': keep-alive\n\n', everyMs: 1_000 },
  };
}

function eventOf(head: AnswerHead, request: ChatRequest, choices: object[], extra: object): string {
  const usage = request.includeUsage ? { usage: null } : {};
  const chunk = {
    id: head.id,
    object: 'chat.completion.chunk',
    created: head.createdSeconds,
    model: request.model,
    system_fingerprint: FINGERPRINT,
    choices,
    ...usage,
    ...extra,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function textDeltas({ content, refusal }: Generation): Delta[] {
  const field = refusal === null ? 'content' : 'refusal';
  return chunksOf(refusal ?? content ?? '').map((text) => ({ [field]: text }));
}

function toolDeltas({ toolCalls }: Generation): Delta[] {
  return toolCalls.flatMap((call, index) => [
    { tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] },
    ...chunksOf(call.argumentsJson).map((text) => ({ tool_calls: [{ index, function: { arguments: text } }] })),
  ]);
}

/** By code points: half a surrogate pair is no valid JSON text for every reader. */
export function chunksOf(text: string): string[] {
  const characters = Array.from(text);
  const size = Math.max(CHUNK_CHARS_MIN, Math.ceil(characters.length / CHUNKS_MAX));
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, index) => characters.slice(index * size, (index + 1) * size).join(''));
}
