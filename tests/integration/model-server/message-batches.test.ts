import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  MessageBatch,
  MessageBatchIndividualResponse as Result,
} from '@anthropic-ai/sdk/resources/messages/batches';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { until } from '../../support/until';
import { anthropicOf } from './clients';

let server: ModelServer;
beforeEach(async () => void (server = await startModelServer()));
afterEach(() => server.stop());

const requestOf = (id: number, params: object = {}) => ({
  custom_id: `id-${id}`,
  params: {
    ...{ model: 'scripted-echo', max_tokens: 50, messages: [{ role: 'user' as const, content: `hello ${id}` }] },
    ...{ metadata: { user_id: `run-1/a/${id}#1` }, ...params },
  },
});
const requests = (count: number) => Array.from({ length: count }, (_, id) => requestOf(id));
const batchesAt = (at = server) => anthropicOf(at).messages.batches;
const submit = (count: number, at = server) => batchesAt(at).create({ requests: requests(count) });
const ended = (id: string, at = server) =>
  until(
    () => batchesAt(at).retrieve(id),
    (batch: MessageBatch) => batch.processing_status === 'ended',
  );
async function resultsOf(id: string, at = server): Promise<Result[]> {
  const results: Result[] = [];
  for await (const result of await batchesAt(at).results(id)) results.push(result);
  return results;
}
const typesOf = async (id: string) => (await resultsOf(id)).map(({ result }) => result.type);

test('answers every request as the endpoint would, and books each once, with its key and its batch', async () => {
  const batch = await submit(3);
  expect(batch).toMatchObject({ type: 'message_batch', processing_status: 'in_progress', results_url: null });
  expect(batch.request_counts).toEqual({ processing: 3, succeeded: 0, errored: 0, canceled: 0, expired: 0 });
  expect((await ended(batch.id)).request_counts).toMatchObject({ processing: 0, succeeded: 3 });
  const results = await resultsOf(batch.id);
  expect(results.map(({ custom_id: id }) => id)).toEqual(['id-0', 'id-1', 'id-2']);
  const same = await anthropicOf(server).messages.create(requestOf(0).params);
  expect(results[0]!.result).toMatchObject({
    type: 'succeeded',
    message: { content: same.content, usage: same.usage },
  });
  const booked = (await server.readAccepted()).filter((line) => line.batch === batch.id);
  expect(booked.map(({ attemptKey, agent }) => [attemptKey, agent])).toEqual(
    [0, 1, 2].map((id) => [`run-1/a/${id}#1`, 'a']),
  );
});

test('is found in the list, newest first, page by page; the list of the other wire has it not', async () => {
  const made: string[] = [];
  for (const count of [1, 2, 3]) made.unshift((await submit(count)).id);
  const listed: string[] = [];
  for await (const { id } of batchesAt().list({ limit: 2 })) listed.push(id);
  expect(listed).toEqual(made);
  const other = (await (await fetch(`${server.url}/batches`)).json()) as { data: object[] };
  expect(other.data).toEqual([]);
});

test('a request that the endpoint refuses has an error as its result, and is not billed', async () => {
  await server.setFaults('529:agent=a,times=1');
  const { id } = await submit(2);
  expect((await ended(id)).request_counts).toMatchObject({ succeeded: 1, errored: 1 });
  const errored = (await resultsOf(id)).find(({ result }) => result.type === 'errored');
  expect(errored).toMatchObject({ custom_id: 'id-0', result: { error: { error: { type: 'overloaded_error' } } } });
  expect((await server.readAccepted()).map(({ attemptKey }) => attemptKey)).toEqual(['run-1/a/1#1']);
});

test('an expired batch answers what it managed to do, and says of the rest that it expired', async () => {
  await server.setFaults('batch-expired:after=1');
  const { id } = await submit(3);
  expect((await ended(id)).request_counts).toMatchObject({ succeeded: 1, expired: 2 });
  expect(await typesOf(id)).toEqual(['succeeded', 'expired', 'expired']);
  expect(await server.readAccepted()).toHaveLength(1);
});

test('cancelled while it takes its time: nothing is processed', async () => {
  await server.setBatchMs(600_000);
  const { id } = await submit(2);
  expect((await batchesAt().cancel(id)).cancel_initiated_at).not.toBeNull();
  expect((await ended(id)).request_counts).toMatchObject({ succeeded: 0, canceled: 2 });
  expect(await typesOf(id)).toEqual(['canceled', 'canceled']);
  expect(await server.readAccepted()).toEqual([]);
});

test.each([
  ['an id that Anthropic does not take', [{ ...requestOf(0), custom_id: 'run/a/0#1' }]],
  ['the same id twice', [requestOf(0), requestOf(0)]],
  ['no request', []],
])('%s is refused at once', async (_, wrong) => {
  await expect(batchesAt().create({ requests: wrong })).rejects.toMatchObject({ status: 400 });
  expect((await batchesAt().list()).data).toEqual([]);
});

test('without a key it answers 401', async () => {
  const response = await fetch(`${server.url}/messages/batches`, { headers: { 'anthropic-version': '2023-06-01' } });
  expect(response.status).toBe(401);
});

test('outlives a kill: under way it goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-batches-'));
  const logFile = join(folder, 'book.jsonl');
  const first = await startModelServer({ logFile, batchMs: 600_000 });
  const { id } = await submit(3, first);
  await first.stop('SIGKILL');
  const second = await startModelServer({ logFile });
  expect((await ended(id, second)).request_counts).toMatchObject({ succeeded: 3 });
  expect(await second.readAccepted()).toHaveLength(3);
  await second.stop();
  await rm(folder, { recursive: true, force: true });
});
