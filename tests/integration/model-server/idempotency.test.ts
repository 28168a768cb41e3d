import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { anthropicOf, clientOf, user } from './clients';

let server: ModelServer;
beforeEach(async () => void (server = await startModelServer({ idempotency: true })));
afterEach(() => server.stop());

const asked = (content: string) => ({ model: 'scripted-echo', messages: [user(content)] });
/** One request under a key; more headers may demand a fault. */
const ask = (key: string, content = 'hello', headers: Record<string, string> = {}, at = server) =>
  clientOf(at)
    .chat.completions.create(asked(content), { headers: { 'idempotency-key': key, ...headers } })
    .withResponse();

test('a repeat has the same answer, name and date, and is neither booked nor counted as accepted', async () => {
  const first = await ask('k');
  const second = await ask('k', 'hello', { 'x-longhaul-attempt': 'run/a/0#2' });
  expect(second.data).toEqual(first.data);
  expect(second.request_id).toBe(first.request_id);
  expect(first.response.headers.get('idempotent-replayed')).toBeNull();
  expect(second.response.headers.get('idempotent-replayed')).toBe('true');
  expect(await server.until(({ inFlight }) => inFlight === 0)).toMatchObject({
    accepted: 1,
    completed: 1,
    repeated: 1,
  });
  expect((await server.readLog()).map(({ kind }) => kind)).toEqual(['accepted', 'completed']);
  expect(await server.readAccepted()).toMatchObject([{ idempotencyKey: 'k', requestId: first.request_id }]);
});

test('another key, no key, and every key while it is switched off are requests of their own', async () => {
  await ask('one');
  await ask('two');
  await clientOf(server).chat.completions.create(asked('hello'));
  expect(await server.setIdempotency(false)).toMatchObject({ idempotency: false });
  await ask('one');
  expect(await server.readAccepted()).toHaveLength(4);
  await server.setIdempotency(true);
  await ask('one');
  expect(await server.readAccepted()).toHaveLength(4);
});

test('a key that comes with another question is refused, and the refusal is in the book', async () => {
  await ask('k');
  await expect(ask('k', 'something else')).rejects.toMatchObject({ status: 400, code: 'idempotency_key_reused' });
  await expect(ask('x'.repeat(1_025))).rejects.toMatchObject({ status: 400, code: 'idempotency_key_too_long' });
  expect(await server.readAccepted()).toHaveLength(1);
});

test('what was refused or lost does not hold its key', async () => {
  await expect(ask('k', 'hello', { 'x-longhaul-fault': '500' })).rejects.toMatchObject({ status: 500 });
  await expect(ask('k', 'hello', { 'x-longhaul-fault': 'lost' })).rejects.toThrow();
  expect((await ask('k')).response.headers.get('idempotent-replayed')).toBeNull();
  expect(await server.readAccepted()).toHaveLength(1);
});

test('an answer that was cut, spoilt or never sent is given whole to the one who asks again', async () => {
  for (const fault of ['cut', 'no-reply', 'error-event']) {
    const controller = new AbortController();
    const lost = clientOf(server).chat.completions.create(
      { ...asked(fault), stream: true },
      {
        headers: { 'idempotency-key': fault, 'x-longhaul-fault': fault },
        signal: controller.signal,
      },
    );
    await server.until(({ accepted }) => accepted >= 1);
    const read = async () => {
      for await (const chunk of await lost) expect(chunk.object).toBe('chat.completion.chunk');
    };
    const failed = expect(read()).rejects.toThrow();
    if (fault === 'no-reply') controller.abort();
    await failed;
    expect((await ask(fault, fault)).data.choices[0]!.message.content).toContain(fault);
  }
  expect(await server.readAccepted()).toHaveLength(3);
});

test('a content fault is part of the answer: the repeat has it too', async () => {
  const first = await ask('k', 'hello', { 'x-longhaul-fault': 'usage:input=7,output=9' });
  expect((await ask('k')).data).toEqual(first.data);
  expect((await ask('k')).data.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 9 });
});

test('repeats wait while the first is under way; of fifty at once one is accepted', async () => {
  await server.hold();
  let answered = 0;
  const calls = Array.from({ length: 50 }, () => ask('k').then(({ data }) => (answered++, data.id)));
  await server.until(({ held, repeated }) => held === 1 && repeated === 49);
  expect(answered).toBe(0);
  await server.release();
  expect(new Set(await Promise.all(calls)).size).toBe(1);
  expect(await server.readAccepted()).toHaveLength(1);
});

test('a repeat does not count against the limits', async () => {
  const limited = await startModelServer({ idempotency: true, requestsPerMinute: 1 });
  await ask('k', 'hello', {}, limited);
  await ask('k', 'hello', {}, limited);
  await expect(ask('other', 'hello', {}, limited)).rejects.toMatchObject({ status: 429 });
  await limited.stop();
});

test('the answer outlives a kill, under another seed too: key and answer are one line of the book', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-idempotency-'));
  const logFile = join(folder, 'book.jsonl');
  const before = await startModelServer({ idempotency: true, logFile });
  await before.hold();
  const lost = ask('k', 'hello', {}, before).catch((error: Error) => error);
  await before.until(({ held }) => held === 1);
  await before.stop('SIGKILL');
  expect(await lost).toBeInstanceOf(Error);
  const after = await startModelServer({ idempotency: true, logFile, seed: 2 });
  const { data, request_id: requestId } = await ask('k', 'hello', {}, after);
  const [line, ...more] = await after.readAccepted();
  expect(more).toEqual([]);
  expect(line).toMatchObject({ idempotencyKey: 'k', requestId, outputTokens: data.usage!.completion_tokens });
  expect(line!.answer!.content).toBe(data.choices[0]!.message.content);
  await after.stop();
  await rm(folder, { recursive: true });
});

test('on the wire of Anthropic, and for responses made in the background', async () => {
  const message = () =>
    anthropicOf(server).messages.create(
      { model: 'scripted-echo', max_tokens: 20, messages: [{ role: 'user', content: 'hello' }] },
      { headers: { 'idempotency-key': 'message' } },
    );
  expect(await message()).toEqual(await message());
  const response = () =>
    clientOf(server).responses.create(
      { model: 'scripted-echo', input: 'hello', background: true },
      { headers: { 'idempotency-key': 'response' } },
    );
  expect((await response()).id).toBe((await response()).id);
  expect(await server.readAccepted()).toHaveLength(2);
});
