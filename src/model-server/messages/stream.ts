import type { Accepted } from '../chat/arrival';
import type { Generation } from '../chat/generate';
import type { AnswerToolCall } from '../chat/tool-call';
import type { DeliveryPlan, Piece } from '../delivery/plan';
import { chunksOf, FIRST_BYTE_SHARE } from '../delivery/stream';
import { messageBody, messageHeaders, messageId, stopOf, toolUseId, usageOf } from './message';

/** The streamed answer: `message_start`, each content block with its deltas, `message_delta`, `message_stop`. */
export function messageStreamPlan(accepted: Accepted): DeliveryPlan {
  const { generation, latencyMs } = accepted;
  const blocks = blocksOf(generation);
  const deltas = blocks.reduce((sum, block) => sum + block.deltas.length, 0);
  const pauseMs = deltas === 0 ? 0 : (latencyMs * (1 - FIRST_BYTE_SHARE)) / deltas;
  const pieces = [
    piece('message_start', { message: startOf(accepted) }),
    ...blocks.flatMap((block, index) => blockPieces(block, index, pauseMs)),
    piece('message_delta', { delta: stopOf(generation), usage: usageOf(generation) }),
    piece('message_stop', {}),
  ];
  const headers = {
    ...messageHeaders(accepted),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  };
  return {
    headersAfterMs: latencyMs * FIRST_BYTE_SHARE,
    headers,
    pieces,
    ending: 'end',
    keepAlive: { text: 'event: ping\ndata: {"type": "ping"}\n\n', everyMs: 1_000 },
  };
}

/** The message as it is before its first token, for which one output token is counted already. */
function startOf(accepted: Accepted): object {
  const { request, generation } = accepted;
  return {
    ...messageBody(messageId(accepted), request, generation),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usageOf({ ...generation, outputTokens: Math.min(1, generation.outputTokens) }),
  };
}

interface Block {
  start: object;
  deltas: object[];
}

function blocksOf({ content, refusal, toolCalls }: Generation): Block[] {
  const text = refusal ?? content ?? '';
  return [...(text === '' ? [] : [textBlock(text)]), ...toolCalls.map(toolBlock)];
}

function textBlock(text: string): Block {
  return {
    start: { type: 'text', text: '' },
    deltas: chunksOf(text).map((part) => ({ type: 'text_delta', text: part })),
  };
}

function toolBlock(call: AnswerToolCall): Block {
  return {
    start: { type: 'tool_use', id: toolUseId(call), name: call.name, input: {} },
    deltas: chunksOf(call.argumentsJson).map((part) => ({ type: 'input_json_delta', partial_json: part })),
  };
}

function blockPieces({ start, deltas }: Block, index: number, pauseMs: number): Piece[] {
  return [
    piece('content_block_start', { index, content_block: start }),
    ...deltas.map((delta) => ({ ...piece('content_block_delta', { index, delta }, pauseMs), isContent: true })),
    piece('content_block_stop', { index }),
  ];
}

function piece(type: string, body: object, afterMs = 0): Piece {
  return { afterMs, text: `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n` };
}
