import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { AnthropicProvider } from '../../../src/adapters/llm/anthropic';
import { OpenAiProvider } from '../../../src/adapters/llm/openai';
import {
  ProviderFailure,
  type Provider,
  type ProviderCall,
  type ProviderFailureFacts,
} from '../../../src/adapters/llm/provider';
import cases from '../../fixtures/provider-errors/cases.json';

const CANARY = 'sk-proj-canary0123456789';
let server: Server;
let requests = 0;
let headers: IncomingHttpHeaders = {};
let respond: RequestListener = () => undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    headers = request.headers;
    request.resume().on('end', () => respond(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

type WireName = 'openai' | 'anthropic';

function providerOf(wire: WireName, maxResponseBytes?: number): Provider {
  const { port } = server.address() as AddressInfo;
  const common = { name: 'recorded', apiKey: CANARY, maxResponseBytes };
  return wire === 'anthropic'
    ? new AnthropicProvider({ ...common, baseUrl: `http://127.0.0.1:${port}` })
    : new OpenAiProvider({
        ...common,
        baseUrl: `http://127.0.0.1:${port}/v1`,
        dialect: { maxTokensField: 'max_tokens', sendsMetadata: false },
      });
}

const CALL: ProviderCall = {
  request: { model: 'm', messages: [{ role: 'user', content: 'hello' }], maxTokens: 5 },
  attemptKey: 'run/Prüfer/0#1',
  deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
  signal: new AbortController().signal,
};

/** One attempt against the listener above, through the real client. */
async function failure(
  listener: RequestListener,
  { wire = 'openai', maxResponseBytes }: { wire?: WireName; maxResponseBytes?: number } = {},
): Promise<ProviderFailureFacts> {
  requests = 0;
  respond = listener;
  const outcome = await providerOf(wire, maxResponseBytes)
    .complete(CALL)
    .catch((error: unknown) => error);
  if (!ProviderFailure.is(outcome)) throw new Error(`expected a ProviderFailure, got ${JSON.stringify(outcome)}`);
  expect(requests).toBe(1); // the client must not retry by itself
  expect(headers.authorization).toBe(`Bearer ${CANARY}`);
  expect(headers['x-longhaul-attempt']).toBe('run/Pr%C3%BCfer/0#1');
  expect(JSON.stringify(outcome.facts)).not.toMatch(/sk-proj|canary/);
  return outcome.facts;
}

const WIRES: WireName[] = ['openai', 'anthropic'];

interface Recorded {
  id: string;
  provider: string;
  status: number | null;
  headers: Record<string, string>;
  body: unknown;
  expected_class: string;
  retry_after_ms: number | null;
  message_hint_ms?: number;
  now_ms?: number;
}

const COARSE: Record<string, string> = { 'retryable-after': 'retryable', 'spend-cap': 'permanent' };

/** Event streams differ from wire to wire; rejections do not. */
function fits({ status, provider, headers: sent }: Recorded, wire: WireName): boolean {
  return status !== 200 || provider === wire || sent['content-type'] !== 'text/event-stream';
}

describe('recorded answers, through the real client', () => {
  // dates of the past need a clock of their own; they are in the unit table
  const table = (cases as unknown as Recorded[]).filter(({ now_ms }) => now_ms === undefined);

  // every answer through every client: servers in the place of one provider often speak like the other
  const rows = WIRES.flatMap((wire) =>
    table.filter((row) => fits(row, wire)).map((row) => [wire, row.id, row] as const),
  );

  test.each(rows)(
    '%s: %s',
    async (wire, _, { status, headers: sent, body, expected_class, retry_after_ms, message_hint_ms }) => {
      const facts = await failure(
        (request, response) => {
          if (status === null) return request.socket.resetAndDestroy();
          response.writeHead(status, sent);
          response.end(typeof body === 'string' ? body : JSON.stringify(body));
        },
        { wire },
      );
      expect(COARSE[facts.class] ?? facts.class).toBe(expected_class);
      expect(facts.retryAfterMs).toBe(retry_after_ms ?? message_hint_ms ?? null);
      expect(facts.detail).not.toBe('');
    },
  );
});

const SSE = { 'content-type': 'text/event-stream' };

/** One event as Anthropic writes it. */
function event(data: { type: string; [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

const START = event({ type: 'message_start', message: { model: 'm-1', usage: { input_tokens: 8, output_tokens: 0 } } });
const END = event({ type: 'message_stop' });

test.each(WIRES)('an error that quotes the key does not pass it on: %s', async (wire) => {
  const facts = await failure(
    (_, response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: `Incorrect API key provided: ${CANARY}` } })),
    { wire },
  );
  expect(facts.detail).toContain('[redacted]');
});

/** Made before anything is measured: what it is made of takes 64 MB itself. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x'));

const FLOODS: [string, RequestListener][] = [
  ['one endless line', (_, response) => endless(response.writeHead(200, SSE), 'data: ')],
  ['an endless error body', (_, response) => endless(response.writeHead(500), '')],
  ['a compressed bomb', (_, response) => response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' }).end(BOMB)],
];

test.each(WIRES.flatMap((wire) => FLOODS.map(([name, listener]) => [wire, name, listener] as const)))(
  'memory is bounded: %s, %s',
  async (wire, _, listener) => {
    const before = process.memoryUsage().arrayBuffers;
    await failure(listener, { wire, maxResponseBytes: 1024 * 1024 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  },
);

function endless(response: Parameters<RequestListener>[1], start: string): void {
  response.write(start);
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

test.each<[WireName, string, string]>([
  ['openai', 'invalid UTF-8', 'data: {"choices":[{"index":0,"delta":{"content":"\xff\xfe"}}]}\n\n'],
  [
    'openai',
    'a tool call at an absurd index',
    'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":999999999}]}}]}\n\ndata: [DONE]\n\n',
  ],
  ['openai', 'a terminator without an answer', 'data: [DONE]\n\n'],
  ['openai', 'prototype keys', 'data: {"__proto__":{"choices":[]},"constructor":1}\n\ndata: [DONE]\n\n'],
  ['anthropic', 'invalid UTF-8', event({ type: 'content_block_delta', index: 0, delta: { text: '\xff' } })],
  ['anthropic', 'a terminator without an answer', event({ type: 'message_stop' })],
  ['anthropic', 'no JSON', 'event: message_start\ndata: {"type":\n\n'],
  ['anthropic', 'an end before the answer', `${START}${END}`],
  ['anthropic', 'no usage', `${event({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })}${END}`],
])('a strange stream is a failure that may have been billed: %s, %s', async (wire, _, body) => {
  const facts = await failure((__, response) => response.writeHead(200, SSE).end(Buffer.from(body, 'latin1')), {
    wire,
  });
  expect(facts).toMatchObject({ maybeBilled: true, status: 200 });
});

const HELD_OPEN: Record<WireName, string[]> = {
  openai: [
    'data: {"model":"m-1","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n',
    'data: {"model":"m-1","choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1}}\n\ndata: [DO',
    'NE]\n\n',
  ],
  anthropic: [
    START,
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } }),
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } }),
    'event: message_s',
    'top\ndata: {"type":"message_stop"}\n\n',
  ],
};

test.each(WIRES)('a server that stays open after its end mark does not hold the answer back: %s', async (wire) => {
  respond = (_, response) => {
    response.writeHead(200, { ...SSE, 'request-id': 'req_1' });
    for (const piece of HELD_OPEN[wire]) response.write(piece);
  };
  const pieces: string[] = [];
  const began = performance.now();
  const answer = await providerOf(wire).complete({ ...CALL, onDelta: (text) => pieces.push(text) });
  expect(answer).toMatchObject({
    content: 'hi',
    finishReason: 'stop',
    model: 'm-1',
    usage: { inputTokens: 8, outputTokens: 1 },
    providerRequestId: 'req_1',
  });
  expect(pieces).toEqual(['hi']);
  expect(performance.now() - began).toBeLessThan(3000);
});

test.each(WIRES)('keep-alive bytes do not feed the idle deadline: %s', async (wire) => {
  respond = (_, response) => {
    response.writeHead(200, SSE);
    const drip = setInterval(() => response.write(wire === 'openai' ? ': ping\n\n' : event({ type: 'ping' })), 50);
    response.on('close', () => clearInterval(drip));
  };
  const deadlines = { headersMs: 5000, idleMs: 400, totalMs: 10_000 };
  await expect(providerOf(wire).complete({ ...CALL, deadlines })).rejects.toMatchObject({
    facts: { class: 'timeout', deadline: 'idle', maybeBilled: true },
  });
});

test.each(WIRES)('a cancelled call closes its connection: %s', async (wire) => {
  const controller = new AbortController();
  const closed = new Promise((resolve) => {
    respond = (_, response) => {
      response.writeHead(200, SSE).write(HELD_OPEN[wire][0]);
      response.on('close', resolve);
      controller.abort();
    };
  });
  const outcome = providerOf(wire).complete({ ...CALL, signal: controller.signal });
  await expect(outcome).rejects.toMatchObject({ facts: { class: 'cancelled', maybeBilled: true } });
  await closed;
});

test.each(WIRES)('nothing is sent when the caller has left already, and nothing was billed: %s', async (wire) => {
  requests = 0;
  const outcome = providerOf(wire).complete({ ...CALL, signal: AbortSignal.abort() });
  await expect(outcome).rejects.toMatchObject({ facts: { class: 'cancelled', maybeBilled: false } });
  expect(requests).toBe(0);
});
