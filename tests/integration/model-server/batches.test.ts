import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toFile } from 'openai';
import type { Batch } from 'openai/resources/batches';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { jsonLines } from '../../support/json-lines';
import { until } from '../../support/until';
import { clientOf, user } from './clients';

let server: ModelServer;
beforeEach(async () => void (server = await startModelServer()));
afterEach(() => server.stop());

const lineOf = (customId: string, more: object = {}) => ({
  custom_id: customId,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'scripted-echo', messages: [user(`Agent: a\nhello ${customId}`)] },
  ...more,
});
const keys = (count: number) => Array.from({ length: count }, (_, index) => `run-1/a/${index}#1`);

async function submit(lines: object[], metadata: Record<string, string> = {}, at = server): Promise<Batch> {
  const client = clientOf(at);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const file = await client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(text), 'batch.jsonl') });
  return client.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata,
  });
}

const ended = (id: string, at = server) =>
  until(
    () => clientOf(at).batches.retrieve(id),
    ({ status }) => ['completed', 'failed', 'expired', 'cancelled'].includes(status),
  );

interface OutputLine {
  custom_id: string;
  response: { status_code: number; body: { choices?: { message: { content: string } }[]; usage?: object } } | null;
  error: { code: string } | null;
}
async function linesOf(fileId: string | undefined, at = server): Promise<OutputLine[]> {
  return fileId ? jsonLines<OutputLine>(await (await clientOf(at).files.content(fileId)).text()) : [];
}

test('answers every request as the endpoint would, and books each once, with its key and its batch', async () => {
  const batch = await submit(keys(3).map((key) => lineOf(key)));
  expect(batch).toMatchObject({ object: 'batch', status: 'validating', completion_window: '24h' });
  const done = await ended(batch.id);
  expect(done).toMatchObject({ status: 'completed', request_counts: { total: 3, completed: 3, failed: 0 } });
  expect(done.error_file_id).toBeNull();
  const output = await linesOf(done.output_file_id);
  expect(output.map((line) => line.custom_id)).toEqual(keys(3));
  const same = await clientOf(server).chat.completions.create(lineOf(keys(1)[0]!).body as never);
  expect(output[0]!.response!.body).toMatchObject({
    choices: [{ message: { content: expect.any(String) as string } }],
  });
  expect(output[0]!.response!.body.choices![0]!.message.content).toBe(same.choices[0]!.message.content);
  const booked = (await server.readAccepted()).filter((line) => line.batch === batch.id);
  expect(booked.map(({ attemptKey, agent }) => [attemptKey, agent])).toEqual(keys(3).map((key) => [key, 'a']));
});

test('is found in the list by its metadata, newest first, page by page', async () => {
  const made: string[] = [];
  for (const key of ['k1', 'k2', 'k3']) made.unshift((await submit([lineOf('run-1/a/0#1')], { key })).id);
  const listed: Batch[] = [];
  for await (const batch of clientOf(server).batches.list({ limit: 2 })) listed.push(batch);
  expect(listed.map(({ id }) => id)).toEqual(made);
  expect(listed.find(({ metadata }) => metadata?.['key'] === 'k1')?.id).toBe(made[2]);
});

test('a request that the endpoint refuses stands in the error file and is not billed', async () => {
  await server.setFaults('500:agent=broken');
  const batch = await submit([lineOf('run-1/a/0#1'), lineOf('run-1/broken/0#1')]);
  const done = await ended(batch.id);
  expect(done).toMatchObject({ status: 'completed', request_counts: { total: 2, completed: 1, failed: 1 } });
  expect((await linesOf(done.error_file_id))[0]).toMatchObject({
    custom_id: 'run-1/broken/0#1',
    response: { status_code: 500 },
  });
  expect((await server.readAccepted()).map(({ attemptKey }) => attemptKey)).toEqual(['run-1/a/0#1']);
});

test('an expired batch answers what it managed to do, and says of the rest that it expired', async () => {
  await server.setFaults('batch-expired:after=1');
  const done = await ended((await submit(keys(3).map((key) => lineOf(key)))).id);
  expect(done).toMatchObject({ status: 'expired', request_counts: { completed: 1, failed: 2 } });
  expect((await linesOf(done.error_file_id)).map(({ error }) => error?.code)).toEqual(Array(2).fill('batch_expired'));
  expect(await server.readAccepted()).toHaveLength(1);
});

test.each([
  ['no JSON', ['{"custom_id": ']],
  ['the same id twice', [JSON.stringify(lineOf('k')), JSON.stringify(lineOf('k'))]],
  ['another endpoint', [JSON.stringify(lineOf('k', { url: '/v1/embeddings' }))]],
])('%s fails validation, and nothing is billed', async (_, lines) => {
  const client = clientOf(server);
  const file = await client.files.create({
    purpose: 'batch',
    file: await toFile(Buffer.from(lines.join('\n')), 'batch.jsonl'),
  });
  const batch = await client.batches.create({
    ...{ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' },
  });
  const done = await ended(batch.id);
  expect(done.status).toBe('failed');
  expect(done.errors!.data).toHaveLength(1);
  expect(await server.readAccepted()).toEqual([]);
});

test('cancelled while it takes its time: nothing is processed', async () => {
  await server.setBatchMs(600_000);
  const { id } = await submit(keys(2).map((key) => lineOf(key)));
  await until(
    () => clientOf(server).batches.retrieve(id),
    ({ status }) => status === 'in_progress',
  );
  await clientOf(server).batches.cancel(id);
  const done = await ended(id);
  expect(done).toMatchObject({ status: 'cancelled', request_counts: { completed: 0, failed: 2 } });
  expect(await server.readAccepted()).toEqual([]);
});

test('created, but the reply is lost: it is there all the same', async () => {
  await server.setFaults('batch-no-reply:times=1');
  await expect(submit([lineOf('run-1/a/0#1')], { key: 'lost' })).rejects.toThrow();
  const [batch] = (await clientOf(server).batches.list()).data;
  expect(batch!.metadata).toEqual({ key: 'lost' });
  expect((await ended(batch!.id)).status).toBe('completed');
});

test('outlives kills: under way it goes on, and what it has billed is not billed again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-batches-'));
  const logFile = join(folder, 'book.jsonl');
  const first = await startModelServer({ logFile, batchMs: 600_000 });
  const { id } = await submit(
    keys(20).map((key) => lineOf(key)),
    {},
    first,
  );
  await until(
    () => clientOf(first).batches.retrieve(id),
    ({ status }) => status === 'in_progress',
  );
  await first.stop('SIGKILL');
  const second = await startModelServer({ logFile });
  await until(
    () => second.readAccepted(),
    (lines) => lines.length > 0,
  );
  await second.stop('SIGKILL');
  const third = await startModelServer({ logFile });
  const done = await ended(id, third);
  expect(done).toMatchObject({ status: 'completed', request_counts: { completed: 20 } });
  expect((await linesOf(done.output_file_id, third)).map((line) => line.custom_id)).toEqual(keys(20));
  expect((await third.readAccepted()).map(({ attemptKey }) => attemptKey)).toEqual(keys(20));
  await third.stop();
  await rm(folder, { recursive: true, force: true });
});
