import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAiProvider } from '../../../../../src/adapters/llm/openai';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => void asked.splice(0));

const signal = new AbortController().signal;
const batches = () =>
  new OpenAiProvider({
    name: 'test',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: 'sk-secret',
    dialect: { maxTokensField: 'max_completion_tokens', sendsMetadata: true, hasBatches: true },
  }).batches!;
const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('a line is one request of chat completions, without stream and without the key as metadata', () => {
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }], maxTokens: 5 };
  expect(JSON.parse(batches().lineOf('run/a/0#1', request))).toEqual({
    custom_id: 'run/a/0#1',
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_completion_tokens: 5 },
  });
});

test('a redirect is not followed: it would carry the prompts to whatever host it names', async () => {
  answer = (_, response) => response.writeHead(307, { location: '/elsewhere' }).end();
  await expect(batches().submit('b', ['{}'], signal)).rejects.toMatchObject({ facts: { status: 307 } });
  expect(asked).toEqual(['POST /v1/files']);
});

test('a state that never ends is cut off', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"id":"');
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
  await expect(batches().look('batch_1', signal)).rejects.toMatchObject({
    facts: { detail: expect.stringContaining('larger than 8388608 bytes') as string },
  });
});

test('a batch is looked for page by page, and not beyond those that were made before', async () => {
  const madeSince = new Date('2026-01-02T00:00:00Z');
  const created = madeSince.getTime() / 1000;
  const page = (seconds: number) =>
    Array.from({ length: 100 }, (_, index) => ({
      id: `batch_${index}`,
      created_at: seconds,
      metadata: { other: 'x' },
    }));
  const pages = [page(created + 60), page(created - 7_200)];
  answer = (_, response) => json(response, { object: 'list', data: pages.shift() });
  const sought = { name: 'ours', madeSince, attemptKeys: [], takenAmong: () => Promise.resolve(new Set<string>()) };
  expect(await batches().find(sought, signal)).toBe('none');
  expect(asked).toEqual(['GET /v1/batches?limit=100', 'GET /v1/batches?limit=100&after=batch_99']);

  answer = (_, response) =>
    json(response, { data: [{ id: 'batch_7', created_at: created, metadata: { longhaul_batch: 'ours' } }] });
  expect(await batches().find(sought, signal)).toEqual({ id: 'batch_7' });
});

test('an error is classified, and its text shows no key', async () => {
  answer = (_, response) =>
    json(response, { error: { message: 'bad key sk-secret', type: 'invalid_request_error' } }, 401);
  const error = await batches()
    .cancel('batch_1', signal)
    .catch((failure: unknown) => failure);
  expect(error).toMatchObject({ facts: { class: 'permanent', status: 401, maybeBilled: false } });
  expect(String(error)).not.toContain('sk-secret');
});
