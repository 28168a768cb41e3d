import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import { withdrawItems, type BatchRef } from '../../../src/adapters/postgres/llm-batches';
import { untoldWaiters } from '../../../src/adapters/postgres/llm-batch-items';
import { closeRun } from '../../../src/adapters/postgres';
import { reconcileWithLog, type BatchCall, type BatchGateway, type GatewayCall } from '../../../src/gateway';
import type { CrashPoint } from '../../../src/gateway/crash-point';
import { sums, TENANT, violations } from '../../support/ledger';
import { startCaller } from './caller';
import { attemptsOf, context, failureOf, providerLog, startStack, testRun, type Stack, type TestRun } from './support';

let stack: Stack;
let client: OpenAI;
beforeAll(async () => {
  stack = await startStack();
  client = new OpenAI({ apiKey: 'scripted', baseURL: stack.server.url, maxRetries: 0 });
});
afterAll(() => stack.stop());
afterEach(async () => {
  await stack.server.setFaults();
  await stack.server.setBatchMs(0);
});

const LIMITS = { windows: [{ name: 'requests/min', windowMs: 60_000, limit: 1000 }], concurrent: 3 };
const WAITER = { workflowId: 'run-1', taskKeyPrefix: 'a/0/batch/' };

/** A question of as many tokens as its answer may have, so that worst cases are met. */
function batched(run: TestRun, index: number, more: Partial<BatchCall> = {}): BatchCall {
  const call = run.call(index);
  return {
    ...{ ...call, runId: run.runId, node: 'a', subject: { index }, waiter: WAITER, whenReturned: 'sync' },
    ...more,
  };
}

/** From the subject, as a worker makes it. */
const callOf = (run: TestRun) => (subject: unknown) =>
  Promise.resolve<GatewayCall>(run.call((subject as { index: number }).index));

async function enqueued(run: TestRun, count: number, gateway = stack.gateway()): Promise<BatchRef[]> {
  for (let index = 0; index < count; index += 1) {
    expect(await gateway.enqueue(batched(run, index), context())).toMatchObject({ source: 'queued' });
  }
  return batchesOf(run);
}

async function batchesOf({ runId }: TestRun): Promise<BatchRef[]> {
  const { rows } = await stack.pool.query<BatchRef>(
    `SELECT DISTINCT b.tenant_id AS tenant, b.batch_id AS "batchId", b.opened_at FROM llm_batch b
     JOIN llm_batch_item i USING (tenant_id, batch_id) WHERE i.call_key LIKE $1 ORDER BY b.opened_at`,
    [`${runId}/%`],
  );
  return rows.map(({ tenant, batchId }) => ({ tenant, batchId }));
}

async function tended(gateway: BatchGateway, run: TestRun, batch: BatchRef) {
  await gateway.batches.close(batch);
  await gateway.batches.submit(batch, callOf(run), context());
  return ended(gateway, run, batch);
}

async function ended(gateway: BatchGateway, run: TestRun, batch: BatchRef) {
  while ((await gateway.batches.look(batch, context())) === 'working') await new Promise((done) => setImmediate(done));
  return gateway.batches.collect(batch, callOf(run), context());
}

const states = async ({ runId }: TestRun) => (await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state);
const billed = async ({ runId }: TestRun) =>
  (await providerLog(stack.server)).filter(({ attemptKey }) => attemptKey.startsWith(runId)).length;
/** Batches that the provider has under our name for it. */
async function submissionsOf({ batchId }: BatchRef): Promise<string[]> {
  const found: string[] = [];
  for await (const { id, metadata } of client.batches.list({ limit: 100 }))
    if (metadata?.['longhaul_batch'] === batchId) found.push(id);
  return found;
}
async function outcomeOf({ batchId }: BatchRef): Promise<unknown> {
  const { rows } = await stack.pool.query('SELECT state, outcome, items FROM llm_batch WHERE batch_id = $1', [batchId]);
  return rows[0];
}

async function agreeWithTheProvider(run: TestRun): Promise<void> {
  const log = (await providerLog(stack.server)).filter(({ attemptKey }) => attemptKey.startsWith(run.runId));
  const report = await reconcileWithLog(stack.pool, TENANT, log, { provider: 'scripted' });
  expect(report).toMatchObject({ duplicates: [], missing: [], different: [], differenceMicroUsd: 0 });
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ reserved: 0, unknown: 0, overrun: 0 });
  expect(await violations(stack.pool)).toEqual([]);
}

test('calls of one lane go with one batch, are answered at half the price, and their waiters are told', async () => {
  const run = await testRun(stack.pool);
  const gateway = stack.gateway();
  const [batch, ...others] = await enqueued(run, 3);
  expect(others).toEqual([]);
  expect(await states(run)).toEqual(['reserved', 'reserved', 'reserved']);
  expect(await tended(gateway, run, batch!)).toEqual({ answered: 3, failed: 0, returned: 0 });
  expect(await outcomeOf(batch!)).toEqual({ state: 'over', outcome: 'completed', items: 3 });

  const twin = await testRun(stack.pool);
  const sync = await gateway.call(twin.call(0), context());
  const [attempt] = await attemptsOf(stack.pool, `${run.runId}/a/0`);
  expect(2 * attempt!.actual_micro_usd!).toBe(sync.costMicroUsd);
  expect(await gateway.enqueue(batched(run, 0), context())).toMatchObject({ source: 'stored', costMicroUsd: 0 });
  const told = (await untoldWaiters(stack.pool, { limit: 100 })).filter(({ runId }) => runId === run.runId);
  expect(told).toHaveLength(3);
  expect(told[0]).toMatchObject({ workflowId: 'run-1', taskKey: 'a/0/batch/1', costMicroUsd: sync.costMicroUsd / 2 });
  await agreeWithTheProvider(run);
});

test('half the worst case is reserved: twice as many have room', async () => {
  const measured = await testRun(stack.pool);
  await stack.gateway().call(measured.call(0), context());
  const worst = (await attemptsOf(stack.pool, `${measured.runId}/%`))[0]!.estimate_micro_usd;
  const run = await testRun(stack.pool, worst);
  const [batch] = await enqueued(run, 2);
  const third = stack.gateway().enqueue({ ...batched(run, 2), maxWaitMs: 0 }, context());
  await expect(third).rejects.toMatchObject({ code: 'BudgetWait' });
  await tended(stack.gateway(), run, batch!);
  await agreeWithTheProvider(run);
});

test('asked again while it is under way, a call waits for the same item', async () => {
  const run = await testRun(stack.pool);
  const [batch] = await enqueued(run, 1);
  expect(await stack.gateway().enqueue(batched(run, 0), context())).toEqual({
    source: 'queued',
    taskKey: 'a/0/batch/1',
  });
  expect(await states(run)).toEqual(['reserved']);
  await tended(stack.gateway(), run, batch!);
  await agreeWithTheProvider(run);
});

test('a batch that is full takes no more; the next one is opened', async () => {
  const run = await testRun(stack.pool);
  const gateway = stack.gateway({ lane: { items: 2 } });
  const batches = await enqueued(run, 3, gateway);
  expect(batches).toHaveLength(2);
  expect(await outcomeOf(batches[0]!)).toMatchObject({ state: 'full', items: 2 });
  for (const batch of batches) await tended(gateway, run, batch);
  expect(await states(run)).toEqual(['settled', 'settled', 'settled']);
  await agreeWithTheProvider(run);
});

test('the bytes of a batch are bounded, too', async () => {
  const run = await testRun(stack.pool);
  const gateway = stack.gateway({ lane: { bytes: 400 } });
  const batches = await enqueued(run, 2, gateway);
  expect(batches).toHaveLength(2);
  for (const batch of batches) await tended(gateway, run, batch);
  await agreeWithTheProvider(run);
});

test('a request that the provider refuses fails alone, and what it asks again is another attempt', async () => {
  const run = await testRun(stack.pool, 1_000_000, ['a']);
  await stack.server.setFaults('500:agent=a,times=1');
  const [batch] = await enqueued(run, 3);
  expect(await tended(stack.gateway(), run, batch!)).toEqual({ answered: 2, failed: 1, returned: 0 });
  const failed = (await attemptsOf(stack.pool, `${run.runId}/%`)).find(({ state }) => state === 'void')!;
  expect(failed).toMatchObject({ failure_class: 'retryable', n: 1 });
  const index = Number(failed.call_key.split('/').at(-1));
  const again = batched(run, index);
  expect(await stack.gateway().enqueue(again, context())).toMatchObject({ taskKey: 'a/0/batch/2' });
  await tended(stack.gateway(), run, (await batchesOf(run)).at(-1)!);
  expect((await states(run)).sort()).toEqual(['settled', 'settled', 'settled', 'void']);
  await agreeWithTheProvider(run);
});

test('what is refused for good is told so; with fallback models it is asked in one request', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('400:agent=a,times=1');
  const [batch] = await enqueued(run, 1);
  await tended(stack.gateway(), run, batch!);
  await failureOf(stack.gateway().enqueue(batched(run, 0), context()) as never, 'ModelRefused');
  const fallback = { ...batched(run, 0), fallbackModels: ['scripted-erp'] };
  expect(await stack.gateway().enqueue(fallback, context())).toMatchObject({ source: 'paid' });
  await agreeWithTheProvider(run);
});

test('retries are counted over batches', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('500:agent=a');
  const [batch] = await enqueued(run, 1);
  await tended(stack.gateway(), run, batch!);
  const exhausted = { ...batched(run, 0), retriesExhausted: (failures: number) => failures >= 1 };
  const error = await failureOf(stack.gateway().enqueue(exhausted, context()) as never, 'ModelFailed');
  expect(error.params.modelFailures).toBe(1);
});

test('an expired batch: what it answered is booked, the rest has its room back and is asked in one request', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('batch-expired:after=1');
  const [batch] = await enqueued(run, 3);
  expect(await tended(stack.gateway(), run, batch!)).toEqual({ answered: 1, failed: 0, returned: 2 });
  expect(await outcomeOf(batch!)).toMatchObject({ outcome: 'expired' });
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
  await stack.server.setFaults();
  for (let index = 0; index < 3; index += 1) {
    const { source } = await stack.gateway().enqueue(batched(run, index), context());
    expect(['stored', 'paid']).toContain(source);
  }
  expect(await billed(run)).toBe(3);
  await agreeWithTheProvider(run);
});

test('returned calls can go with another batch, twice; then they are asked in one request', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('batch-expired');
  const call = batched(run, 0, { whenReturned: 'requeue' });
  for (const _ of [1, 2, 3]) {
    expect(await stack.gateway().enqueue(call, context())).toMatchObject({ source: 'queued' });
    await tended(stack.gateway(), run, (await batchesOf(run)).at(-1)!);
  }
  expect(await stack.gateway().enqueue(call, context())).toMatchObject({ source: 'paid' });
  expect(await billed(run)).toBe(1);
  await agreeWithTheProvider(run);
});

test('a batch that does not pass validation bills nothing and fails nobody', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('batch-invalid');
  const [batch] = await enqueued(run, 2);
  expect(await tended(stack.gateway(), run, batch!)).toEqual({ answered: 0, failed: 0, returned: 2 });
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ settled: 0, reserved: 0, unknown: 0 });
});

test('a reply that is lost after the batch was made: it is found by its name, not made again', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setFaults('batch-no-reply:times=1');
  const [batch] = await enqueued(run, 2);
  const gateway = stack.gateway();
  await gateway.batches.close(batch!);
  const submit = () => gateway.batches.submit(batch!, callOf(run), context());
  await expect(submit()).rejects.toMatchObject({ code: 'ModelFailed', retryable: true });
  expect(await submit()).toBe('submitted');
  expect(await submissionsOf(batch!)).toHaveLength(1);
  expect(await ended(gateway, run, batch!)).toMatchObject({ answered: 2 });
  await agreeWithTheProvider(run);
});

test('an ended run takes its calls out of a batch that is not sent, and their room is given back', async () => {
  const [run, other] = [await testRun(stack.pool), await testRun(stack.pool)];
  await enqueued(run, 2);
  const [batch] = await enqueued(other, 1);
  await closed(run);
  expect(await withdrawItems(stack.pool, { limit: 10 })).toBe(2);
  expect(await states(run)).toEqual(['void', 'void']);
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ settled: 0, reserved: 0, unknown: 0 });
  expect(await tended(stack.gateway(), other, batch!)).toMatchObject({ answered: 1 });
  expect(await billed(run)).toBe(0);
  await agreeWithTheProvider(other);
});

test('a batch that nobody waits for any more is cancelled at the provider, and bills nothing', async () => {
  const run = await testRun(stack.pool);
  await stack.server.setBatchMs(600_000);
  const [batch] = await enqueued(run, 2);
  const gateway = stack.gateway();
  await gateway.batches.close(batch!);
  await gateway.batches.submit(batch!, callOf(run), context());
  expect(await gateway.batches.look(batch!, context())).toBe('working');
  await closed(run);
  expect(await ended(gateway, run, batch!)).toEqual({ answered: 0, failed: 0, returned: 2 });
  expect(await outcomeOf(batch!)).toMatchObject({ outcome: 'cancelled' });
  expect([await billed(run), await states(run)]).toEqual([0, ['void', 'void']]);
  await agreeWithTheProvider(run);
});

test('answers that come for an ended run are booked all the same', async () => {
  const run = await testRun(stack.pool);
  const [batch] = await enqueued(run, 1);
  const gateway = stack.gateway();
  await gateway.batches.close(batch!);
  await gateway.batches.submit(batch!, callOf(run), context());
  await closed(run);
  expect(await ended(gateway, run, batch!)).toMatchObject({ answered: 1 });
  await agreeWithTheProvider(run);
});

test('a retried run waits for the item of the run before, and both are told', async () => {
  const [first, second] = [await testRun(stack.pool), await testRun(stack.pool)];
  const [batch] = await enqueued(first, 1);
  await closed(first);
  const again = { ...batched(first, 0), runId: second.runId, budgets: second.call(0).budgets };
  expect(await stack.gateway().enqueue(again, context())).toMatchObject({ source: 'queued' });
  expect(await withdrawItems(stack.pool, { limit: 10 })).toBe(0);
  await tended(stack.gateway(), first, batch!);
  const told = await untoldWaiters(stack.pool, { limit: 1000 });
  expect(
    told
      .filter(({ callKey }) => callKey === again.callKey)
      .map(({ runIsOver }) => runIsOver)
      .sort(),
  ).toEqual([false, true]);
  await agreeWithTheProvider(first);
});

test('a provider without batches is refused before anything is reserved', async () => {
  const run = await testRun(stack.pool);
  const call = batched(run, 0);
  // At a server that speaks Anthropic's wire, and is not Anthropic.
  const other = { ...call, request: { ...call.request, model: 'claude-sonnet-4-5' } };
  await failureOf(stack.gateway().enqueue(other, context()) as never, 'DeliveryUnsupported');
  expect(await states(run)).toEqual([]);
});

test.each<[CrashPoint, ('enqueue' | 'close' | 'submit' | 'collect')[]]>([
  ['after-reserve', ['enqueue']],
  ['before-batch', ['close', 'submit']],
  ['after-batch', ['close', 'submit']],
  ['after-settle', ['collect']],
])(
  'killed %s: one batch at the provider, each call billed once',
  async (point, dying) => {
    const run = await testRun(stack.pool);
    const calls = [0, 1, 2].map((index) => {
      const { buildArtifacts: _unused, ...call } = run.call(index);
      return call;
    });
    const options = { calls, limits: LIMITS, prefix: `lane-${randomUUID()}`, leaseMs: 60_000 };
    const through = (steps: typeof dying, env?: Record<string, string>) =>
      startCaller(stack, { ...options, lane: { ...WAITER, steps }, ...(env ? { env } : {}) }).done;
    const order = ['enqueue', 'close', 'submit', 'collect'] as const;
    const before = order.filter((step) => order.indexOf(step) < order.indexOf(dying[0]!));
    if (before.length > 0) expect(await through([...before])).toMatchObject({ code: 0 });
    expect(await through(dying, { LONGHAUL_CRASH_POINT: point })).toMatchObject({ signal: 'SIGKILL' });
    expect(await through([...order])).toMatchObject({ code: 0 });
    const [batch, ...others] = await batchesOf(run);
    expect(others).toEqual([]);
    expect(await submissionsOf(batch!)).toHaveLength(1);
    expect([await states(run), await billed(run)]).toEqual([['settled', 'settled', 'settled'], 3]);
    await agreeWithTheProvider(run);
  },
  60_000,
);

async function closed({ runId }: TestRun): Promise<void> {
  await closeRun(stack.pool, { tenant: TENANT, runId, status: 'cancelled', reasonCode: 'cancelled', reason: 'test' });
}
