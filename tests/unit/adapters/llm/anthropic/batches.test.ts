import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnthropicProvider } from '../../../../../src/adapters/llm/anthropic';

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
const batches = (namesAttempts = false) =>
  new AnthropicProvider({
    name: 'test',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: 'sk-secret',
    batches: { namesAttempts },
  }).batches!;
const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const MADE_SINCE = new Date('2026-01-02T00:00:00Z');
const COUNTS = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
const listed = (id: string, processing: number, more: object = {}) => ({
  ...{ id, created_at: '2026-01-02T00:01:00Z', processing_status: 'in_progress', results_url: null },
  ...{ request_counts: { ...COUNTS, processing }, ...more },
});
const ended = (id: string, succeeded: number) =>
  listed(id, 0, {
    ...{ processing_status: 'ended', request_counts: { ...COUNTS, succeeded } },
    results_url: `https://elsewhere.example/${id}`,
  });
const idOf = (attemptKey: string) => createHash('sha256').update(attemptKey).digest('base64url');

/** A provider with these batches and these first custom ids. */
function serving(page: object[], customIds: Record<string, string> = {}): void {
  answer = ({ url }, response) => {
    const id = /batches\/(.+)\/results$/.exec(url!)?.[1];
    if (id === undefined) return void json(response, { data: page, has_more: false });
    response.end(`${JSON.stringify({ custom_id: customIds[id] })}\n{"custom_id":"another"}\n`);
  };
}
const find = (attemptKeys: string[], taken: string[] = []) =>
  batches().find(
    { name: 'ours', madeSince: MADE_SINCE, attemptKeys, takenAmong: () => Promise.resolve(new Set(taken)) },
    signal,
  );

test('a line is one message request without stream, under a digest of its attempt key', () => {
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }], maxTokens: 5 };
  const params = { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5 };
  const attemptKey = `run/${'ä'.repeat(100)}/0#1`;
  const line = JSON.parse(batches().lineOf(attemptKey, request)) as { custom_id: string };
  expect(line).toEqual({ custom_id: idOf(attemptKey), params });
  expect(line.custom_id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  expect(batches().customIdOf(attemptKey)).toBe(line.custom_id);
  expect(JSON.parse(batches(true).lineOf('run/a/0#1', request))).toMatchObject({
    params: { metadata: { user_id: 'run/a/0#1' } },
  });
});

test('a redirect is not followed: it would carry the prompts and the key to whatever host it names', async () => {
  answer = (_, response) => response.writeHead(307, { location: '/elsewhere' }).end();
  await expect(batches().submit('b', ['{}'], signal)).rejects.toMatchObject({ facts: { status: 307 } });
  expect(asked).toEqual(['POST /v1/messages/batches']);
});

test('a batch without an id may have been made', async () => {
  answer = (_, response) => json(response, { type: 'message_batch' });
  await expect(batches().submit('b', ['{}'], signal)).rejects.toMatchObject({ facts: { maybeBilled: true } });
});

test('results are read by their own path, whatever host the batch names', async () => {
  answer = ({ url }, response) =>
    url!.endsWith('/results')
      ? response.end(`${JSON.stringify({ custom_id: 'x', result: { type: 'expired' } })}\n\n{"half`)
      : json(response, ended('msgbatch_1', 1));
  const state = await batches().look('msgbatch_1', signal);
  expect(state).toMatchObject({ end: 'completed', isCancelling: false });
  expect(await batches().answersOf(state, signal)).toMatchObject([{ customId: 'x' }]);
  expect(asked).toEqual(['GET /v1/messages/batches/msgbatch_1', 'GET /v1/messages/batches/msgbatch_1/results']);
});

test.each([
  ['in_progress', {}, null, false],
  ['canceling', {}, null, true],
  ['ended', { succeeded: 2 }, 'completed', false],
  ['ended', { succeeded: 1, canceled: 1 }, 'cancelled', false],
  ['ended', { succeeded: 1, canceled: 1, expired: 1 }, 'expired', false],
])('%s with %j: the end is %s', async (status, counts, end, isCancelling) => {
  const batch = listed('b', 0, { processing_status: status, request_counts: { ...COUNTS, ...counts } });
  answer = (_, response) => json(response, batch);
  expect(await batches().look('b', signal)).toEqual({ id: 'b', end, isCancelling, files: [], detail: null });
});

test('a batch that ended is known by its custom ids', async () => {
  serving([ended('msgbatch_1', 2), ended('msgbatch_2', 2)], { msgbatch_1: 'foreign', msgbatch_2: idOf('run/a/0#1') });
  expect(await find(['run/a/0#1', 'run/b/0#1'])).toEqual({ id: 'msgbatch_2' });
});

test('one that goes on may be it, unless it has another number of requests or is known as another one', async () => {
  serving([listed('msgbatch_1', 2)]);
  expect(await find(['k1', 'k2'])).toBe('unsure');
  expect(await find(['k1', 'k2', 'k3'])).toBe('none');
  expect(await find(['k1', 'k2'], ['msgbatch_1'])).toBe('none');
  serving([ended('msgbatch_1', 2)], { msgbatch_1: 'foreign' });
  expect(await find(['k1', 'k2'])).toBe('none');
});

test('a batch is looked for page by page, and not beyond those that were made before', async () => {
  const page = (at: string) => Array.from({ length: 100 }, (_, i) => listed(`b${i}`, 9, { created_at: at }));
  const pages = [page('2026-01-01T23:30:00Z'), page('2026-01-01T22:59:59Z'), page('2026-01-01T22:00:00Z')];
  answer = (_, response) => json(response, { data: pages.shift(), has_more: true });
  expect(await find(['k1'])).toBe('none');
  expect(asked).toEqual(['GET /v1/messages/batches?limit=100', 'GET /v1/messages/batches?limit=100&after_id=b99']);
});

test('an error is classified, and its text shows no key', async () => {
  answer = (_, response) =>
    json(response, { type: 'error', error: { type: 'authentication_error', message: 'bad sk-secret' } }, 401);
  const error = await batches()
    .cancel('msgbatch_1', signal)
    .catch((failure: unknown) => failure);
  expect(error).toMatchObject({ facts: { class: 'permanent', status: 401, maybeBilled: false } });
  expect(String(error)).not.toContain('sk-secret');
});
