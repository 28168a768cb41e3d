import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { OpenAiProvider } from '../../../src/adapters/llm/openai';
import { ProviderFailure, type ProviderFailureFacts } from '../../../src/adapters/llm/provider';
import cases from '../../fixtures/provider-errors/cases.json';

const CANARY = 'sk-proj-canary0123456789';
let server: Server;
let requests = 0;
let authorization: string | undefined;
let respond: RequestListener = () => undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    authorization = request.headers.authorization;
    request.resume().on('end', () => respond(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** One attempt against the listener above, through the real client. */
async function failure(listener: RequestListener, maxResponseBytes?: number): Promise<ProviderFailureFacts> {
  requests = 0;
  respond = listener;
  const { port } = server.address() as AddressInfo;
  const provider = new OpenAiProvider({
    name: 'recorded',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: CANARY,
    dialect: { maxTokensField: 'max_tokens', sendsMetadata: false },
    maxResponseBytes,
  });
  const outcome = await provider
    .complete({
      request: { model: 'm', messages: [{ role: 'user', content: 'hello' }], maxTokens: 5 },
      attemptKey: 'run/Prüfer/0#1',
      deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
      signal: new AbortController().signal,
    })
    .catch((error: unknown) => error);
  if (!ProviderFailure.is(outcome)) throw new Error(`expected a ProviderFailure, got ${JSON.stringify(outcome)}`);
  expect(requests).toBe(1); // the client must not retry by itself
  expect(authorization).toBe(`Bearer ${CANARY}`);
  expect(JSON.stringify(outcome.facts)).not.toMatch(/sk-proj|canary/);
  return outcome.facts;
}

interface Recorded {
  id: string;
  status: number | null;
  headers: Record<string, string>;
  body: unknown;
  expected_class: string;
  retry_after_ms: number | null;
  message_hint_ms?: number;
  now_ms?: number;
}

const COARSE: Record<string, string> = { 'retryable-after': 'retryable', 'spend-cap': 'permanent' };

describe('recorded answers, through the real client', () => {
  // dates of the past need a clock of their own; they are in the unit table
  const table = (cases as unknown as Recorded[]).filter(({ now_ms }) => now_ms === undefined);

  test.each(table.map((row) => [row.id, row] as const))(
    '%s',
    async (_, { status, headers, body, expected_class, retry_after_ms, message_hint_ms }) => {
      const facts = await failure((request, response) => {
        if (status === null) return request.socket.resetAndDestroy();
        response.writeHead(status, headers);
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
      expect(COARSE[facts.class] ?? facts.class).toBe(expected_class);
      expect(facts.retryAfterMs).toBe(retry_after_ms ?? message_hint_ms ?? null);
      expect(facts.detail).not.toBe('');
    },
  );
});

const SSE = { 'content-type': 'text/event-stream' };

test('an error that quotes the key does not pass it on', async () => {
  const facts = await failure((_, response) =>
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { message: `Incorrect API key provided: ${CANARY}` } })),
  );
  expect(facts.detail).toContain('[redacted]');
});

/** Made before anything is measured: what it is made of takes 64 MB itself. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'x'));

test.each<[string, RequestListener]>([
  ['one endless line', (_, response) => endless(response.writeHead(200, SSE), 'data: ')],
  ['an endless error body', (_, response) => endless(response.writeHead(500), '')],
  ['a compressed bomb', (_, response) => response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' }).end(BOMB)],
])('memory is bounded: %s', async (_, listener) => {
  const before = process.memoryUsage().arrayBuffers;
  await failure(listener, 1024 * 1024);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
});

function endless(response: Parameters<RequestListener>[1], start: string): void {
  response.write(start);
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

test.each<[string, string]>([
  ['invalid UTF-8', 'data: {"choices":[{"index":0,"delta":{"content":"\xff\xfe"}}]}\n\n'],
  [
    'a tool call at an absurd index',
    'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":999999999}]}}]}\n\ndata: [DONE]\n\n',
  ],
  ['a terminator without an answer', 'data: [DONE]\n\n'],
  ['prototype keys', 'data: {"__proto__":{"choices":[]},"constructor":1}\n\ndata: [DONE]\n\n'],
])('a strange stream is a failure that may have been billed: %s', async (_, body) => {
  const facts = await failure((__, response) => response.writeHead(200, SSE).end(Buffer.from(body, 'latin1')));
  expect(facts).toMatchObject({ maybeBilled: true, status: 200 });
});

test('a server that keeps the connection open after its end mark does not hold the answer back', async () => {
  const { port } = server.address() as AddressInfo;
  respond = (_, response) => {
    response.writeHead(200, SSE);
    response.write('data: {"model":"m-1","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n');
    response.write('data: {"model":"m-1","choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1}}\n\ndata: [DO');
    response.write('NE]\n\n');
  };
  const provider = new OpenAiProvider({
    name: 'recorded',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: CANARY,
    dialect: { maxTokensField: 'max_tokens', sendsMetadata: false },
  });
  const began = performance.now();
  const answer = await provider.complete({
    request: { model: 'm', messages: [{ role: 'user', content: 'hello' }], maxTokens: 5 },
    attemptKey: 'run/a/0#1',
    deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
    signal: new AbortController().signal,
  });
  expect(answer).toMatchObject({
    content: 'hi',
    finishReason: 'stop',
    model: 'm-1',
    usage: { inputTokens: 8, outputTokens: 1 },
  });
  expect(performance.now() - began).toBeLessThan(3000);
});

test('nothing is sent when the caller has left already, and nothing was billed', async () => {
  requests = 0;
  const { port } = server.address() as AddressInfo;
  const provider = new OpenAiProvider({
    name: 'recorded',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: CANARY,
    dialect: { maxTokensField: 'max_tokens', sendsMetadata: false },
  });
  const outcome = provider.complete({
    request: { model: 'm', messages: [], maxTokens: 5 },
    attemptKey: 'run/a/0#1',
    deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
    signal: AbortSignal.abort(),
  });
  await expect(outcome).rejects.toMatchObject({ facts: { class: 'cancelled', maybeBilled: false } });
  expect(requests).toBe(0);
});
