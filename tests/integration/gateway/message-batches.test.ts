import { randomUUID } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import type { BatchRef } from '../../../src/adapters/postgres/llm-batches';
import { reconcileWithLog, type BatchCall, type GatewayCall } from '../../../src/gateway';
import type { CrashPoint } from '../../../src/gateway/crash-point';
import { sums, TENANT, violations } from '../../support/ledger';
import { startCaller } from './caller';
import { attemptsOf, context, providerLog, startStack, testRun, type Stack, type TestRun } from './support';

/** Batches of Anthropic, which carry no name of ours: what differs from those of OpenAI. */

let stack: Stack;
let client: Anthropic;
beforeAll(async () => {
  stack = await startStack();
  client = new Anthropic({ apiKey: 'scripted', baseURL: new URL(stack.server.url).origin, maxRetries: 0 });
});
afterAll(() => stack.stop());
afterEach(async () => {
  await stack.server.setFaults();
  await stack.server.setBatchMs(0);
});

const LIMITS = { windows: [{ name: 'requests/min', windowMs: 60_000, limit: 1000 }], concurrent: 3 };
const WAITER = { workflowId: 'run-1', taskKeyPrefix: 'a/0/batch/' };

function callAt(run: TestRun, index: number): GatewayCall {
  const call = run.call(index);
  return { ...call, request: { ...call.request, model: 'anthropic:scripted-echo' } };
}
const callOf = (run: TestRun) => (subject: unknown) =>
  Promise.resolve<GatewayCall>(callAt(run, (subject as { index: number }).index));

async function closedBatch(run: TestRun, count: number): Promise<BatchRef> {
  for (let index = 0; index < count; index += 1) {
    const call = callAt(run, index);
    const batched: BatchCall = {
      ...{ ...call, runId: run.runId, node: 'a', subject: { index }, waiter: WAITER, whenReturned: 'sync' },
    };
    expect(await stack.gateway().enqueue(batched, context())).toMatchObject({ source: 'queued' });
  }
  const batch = await batchOf(run);
  await stack.gateway().batches.close(batch);
  return batch;
}

async function batchOf({ runId }: TestRun): Promise<BatchRef> {
  const { rows } = await stack.pool.query<BatchRef>(
    `SELECT DISTINCT tenant_id AS tenant, batch_id AS "batchId" FROM llm_batch_item WHERE call_key LIKE $1`,
    [`${runId}/%`],
  );
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

const submit = (run: TestRun, batch: BatchRef) => stack.gateway().batches.submit(batch, callOf(run), context());

async function ended(run: TestRun, batch: BatchRef) {
  const { batches } = stack.gateway();
  while ((await batches.look(batch, context())) === 'working') await new Promise((done) => setImmediate(done));
  return batches.collect(batch, callOf(run), context());
}

const atProvider = async () => (await client.messages.batches.list({ limit: 1000 })).data.map(({ id }) => id);
const states = async ({ runId }: TestRun) => (await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state);
/** A batch of somebody else with the same key of the provider's. */
const foreign = (count: number) =>
  client.messages.batches.create({
    requests: Array.from({ length: count }, (_, index) => ({
      custom_id: `other-${index}`,
      params: { model: 'scripted-echo', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] },
    })),
  });

async function agreeWithTheProvider({ runId }: TestRun): Promise<void> {
  const log = (await providerLog(stack.server)).filter(({ attemptKey }) => attemptKey?.startsWith(runId));
  const report = await reconcileWithLog(stack.pool, TENANT, log, { provider: 'scripted-anthropic' });
  expect(report).toMatchObject({ duplicates: [], missing: [], different: [], differenceMicroUsd: 0 });
  expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ reserved: 0, unknown: 0, overrun: 0 });
  expect(await violations(stack.pool)).toEqual([]);
}

test('calls are answered at half the price', async () => {
  const run = await testRun(stack.pool);
  const batch = await closedBatch(run, 3);
  expect(await submit(run, batch)).toBe('submitted');
  expect(await ended(run, batch)).toEqual({ answered: 3, failed: 0, returned: 0 });
  const twin = await testRun(stack.pool);
  const sync = await stack.gateway().call(callAt(twin, 0), context());
  const [attempt] = await attemptsOf(stack.pool, `${run.runId}/a/0`);
  expect(2 * attempt!.actual_micro_usd!).toBe(sync.costMicroUsd);
  await agreeWithTheProvider(run);
});

test('one request fails, the others are answered; what expired has its room back', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('529:agent=a,times=1', 'batch-expired:after=2,times=1');
  const batch = await closedBatch(run, 3);
  await submit(run, batch);
  expect(await ended(run, batch)).toEqual({ answered: 1, failed: 1, returned: 1 });
  expect((await states(run)).sort()).toEqual(['settled', 'void', 'void']);
  await agreeWithTheProvider(run);
});

test('a batch that the provider refuses fails its calls, and bills nothing', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('batch-invalid');
  const batch = await closedBatch(run, 2);
  expect(await submit(run, batch)).toBe('refused');
  expect(await states(run)).toEqual(['void', 'void']);
  await agreeWithTheProvider(run);
});

test('a reply that is lost: the batch is known again by its requests, beside a stranger of its size', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('batch-no-reply:times=1');
  const batch = await closedBatch(run, 2);
  await expect(submit(run, batch)).rejects.toMatchObject({ code: 'ModelFailed', retryable: true });
  await stack.server.setFaults();
  await foreign(2);
  const made = await atProvider();
  let outcome: unknown;
  while (outcome !== 'submitted') outcome = await submit(run, batch).catch(() => 'asked too early');
  expect(await atProvider()).toEqual(made);
  expect(await ended(run, batch)).toMatchObject({ answered: 2 });
  await agreeWithTheProvider(run);
});

test('while one goes on that may be it, nothing is submitted', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setBatchMs(600_000);
  await stack.server.setFaults('batch-no-reply:times=1');
  const batch = await closedBatch(run, 2);
  await expect(submit(run, batch)).rejects.toMatchObject({ code: 'ModelFailed' });
  const [own] = await atProvider();
  await expect(submit(run, batch)).rejects.toMatchObject({
    ...{ code: 'ModelFailed', retryable: true },
    message: expect.stringContaining('has a batch that may be this one') as string,
  });
  expect((await atProvider())[0]).toBe(own);
  await client.messages.batches.cancel(own!);
  let outcome: unknown;
  while (outcome !== 'submitted') outcome = await submit(run, batch).catch(() => 'asked too early');
  expect(await ended(run, batch)).toEqual({ answered: 0, failed: 0, returned: 2 });
  await agreeWithTheProvider(run);
});

test.each<[CrashPoint, ('close' | 'submit' | 'collect')[]]>([
  ['before-batch', ['close', 'submit']],
  ['after-batch', ['close', 'submit']],
  ['after-settle', ['collect']],
])(
  'killed %s: one batch at the provider, each call billed once',
  async (point, dying) => {
    const run = await testRun(stack.pool);
    const calls = [0, 1, 2].map((index) => {
      const { buildArtifacts: _unused, ...call } = callAt(run, index);
      return call;
    });
    const before = (await atProvider()).length;
    const options = { calls, limits: LIMITS, prefix: `lane-${randomUUID()}`, leaseMs: 60_000 };
    const through = (steps: ('enqueue' | (typeof dying)[number])[], env?: Record<string, string>) =>
      startCaller(stack, { ...options, lane: { ...WAITER, steps }, ...(env ? { env } : {}) }).done;
    const order = ['enqueue', 'close', 'submit', 'collect'] as const;
    const done = order.filter((step) => order.indexOf(step) < order.indexOf(dying[0]!));
    expect(await through(done)).toMatchObject({ code: 0 });
    expect(await through(dying, { LONGHAUL_CRASH_POINT: point })).toMatchObject({ signal: 'SIGKILL' });
    expect(await through([...order])).toMatchObject({ code: 0 });
    expect((await atProvider()).length).toBe(before + 1);
    expect(await states(run)).toEqual(['settled', 'settled', 'settled']);
    await agreeWithTheProvider(run);
  },
  60_000,
);
