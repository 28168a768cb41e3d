import { createPool } from '../../../src/adapters/postgres/connection';
import { getRunBudgets } from '../../../src/adapters/postgres/budgets';
import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import { reconcileWithLog } from '../../../src/gateway';
import { sums, TENANT, violations } from '../../support/ledger';
import { until } from '../../support/until';
import { attemptsOf, context, failureOf, providerLog, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(() => stack.server.setFaults());

const acceptedOf = async (callKey: string) =>
  (await stack.server.readAccepted()).filter((line) => line.attemptKey?.startsWith(`${callKey}#`));

test('an answer is paid once: the second caller gets the stored result at no cost', async () => {
  const gateway = stack.gateway();
  const call = (await testRun(stack.pool)).call(0);
  const first = await gateway.call(call, context());
  expect(first).toMatchObject({
    source: 'paid',
    finishReason: 'stop',
    model: 'scripted-echo',
    usage: { outputTokens: 20 },
  });
  const [line, ...more] = await acceptedOf(call.callKey);
  expect(more).toEqual([]);
  // 0.25 and 2 dollars per million tokens, rounded up
  expect(first.costMicroUsd).toBe(Math.ceil(line!.inputTokens * 0.25 + line!.outputTokens * 2));
  const again = await stack
    .gateway()
    .call(
      { ...call, request: { ...call.request, messages: [{ role: 'user', content: 'a prompt that drifted' }] } },
      context(),
    );
  expect(again).toEqual({
    ...first,
    source: 'stored',
    costMicroUsd: 0,
    paidBeforeMicroUsd: first.costMicroUsd,
    usage: { inputTokens: first.usage.inputTokens, outputTokens: 20 },
  });
  expect(await acceptedOf(call.callKey)).toHaveLength(1);
  expect(stack.logged.join('\n')).toContain('answers an older request');
  expect(await violations(stack.pool)).toEqual([]);
});

test('a stored result needs no price and no provider', async () => {
  const call = (await testRun(stack.pool)).call(0);
  await stack.gateway().call(call, context());
  const result = await stack
    .gateway()
    .call({ ...call, request: { ...call.request, model: 'nobody-knows-it' } }, context());
  expect(result.source).toBe('stored');
});

test('two callers of one call in one process share one attempt; it lives as long as one of them', async () => {
  const gateway = stack.gateway();
  const call = (await testRun(stack.pool)).call(0);
  await stack.server.hold();
  const leaving = new AbortController();
  const first = gateway.call(call, context(leaving.signal));
  const second = gateway.call(call, context());
  await stack.server.until(({ held }) => held === 1);
  leaving.abort(new Error('the first activity attempt was given up'));
  await expect(first).rejects.toThrow('given up');
  await stack.server.release();
  expect((await second).source).toBe('paid');
  expect(await acceptedOf(call.callKey)).toHaveLength(1);
});

test('two processes: the second waits for the lease of the first and gets its result', async () => {
  const call = (await testRun(stack.pool)).call(0);
  await stack.server.hold();
  const first = stack.gateway({ owner: 'process-1' }).call(call, context());
  await stack.server.until(({ held }) => held === 1);
  const waiting = context();
  const second = stack.gateway({ owner: 'process-2' }).call(call, waiting);
  await until(
    async () => (await getRunNodes(stack.pool, TENANT, call.runId!))[0]!.reasonCode,
    (reason) => reason === 'waiting_for_other_process',
  );
  await stack.server.release();
  expect([(await first).source, (await second).source]).toEqual(['paid', 'stored']);
  expect(waiting.beats).toBeGreaterThan(0);
  expect(await acceptedOf(call.callKey)).toHaveLength(1);
  const hasty = await failureOfLeased();
  expect(hasty.params['waitMs']).toBeGreaterThanOrEqual(1000);
});

/** A caller with little patience is told to come back. */
async function failureOfLeased() {
  const call = (await testRun(stack.pool)).call(0);
  await stack.server.hold();
  const first = stack.gateway({ owner: 'process-1' }).call(call, context());
  await stack.server.until(({ held }) => held === 1);
  const error = await failureOf(
    stack.gateway({ owner: 'process-2' }).call({ ...call, maxWaitMs: 200 }, context()),
    'CallLeased',
  );
  await stack.server.release();
  await first;
  return error;
}

test('cancelled while the provider works: the request is cut, the attempt held at its maximum, the reason passed on', async () => {
  const call = (await testRun(stack.pool)).call(0);
  await stack.server.hold();
  const cancel = new AbortController();
  const answer = stack.gateway().call(call, context(cancel.signal));
  await stack.server.until(({ held }) => held === 1);
  cancel.abort(new Error('the run was cancelled'));
  await expect(answer).rejects.toThrow('the run was cancelled');
  await stack.server.until(({ held }) => held === 0);
  await stack.server.release();
  expect(await attemptsOf(stack.pool, call.callKey)).toMatchObject([
    { n: 1, state: 'unknown', failure_class: 'cancelled' },
  ]);
  const [agent] = await getRunBudgets(stack.pool, TENANT, call.runId!);
  expect(agent).toMatchObject({ settledMicroUsd: 0, reservedMicroUsd: 0 });
  expect(agent!.unknownMicroUsd).toBeGreaterThan(0);

  const report = await reconcileWithLog(stack.pool, TENANT, await providerLog(stack.server), {
    provider: 'scripted',
  });
  expect(report).toMatchObject({ missing: [], duplicates: [], different: [], differenceMicroUsd: 0 });
  expect(report.settled).toBeGreaterThanOrEqual(1);
  expect((await sums(stack.pool, `run:${call.runId}`)).unknown).toBe(0);
  expect(await violations(stack.pool)).toEqual([]);
});

test('an unknown price and an unknown model are refused before anything is reserved', async () => {
  const call = (await testRun(stack.pool)).call(0);
  const ask = (model: string) => stack.gateway().call({ ...call, request: { ...call.request, model } }, context());
  const error = await failureOf(ask('nobody-knows-it'), 'UnknownPrice');
  expect(error.message).toContain('"nobody-knows-it": { input:');
  expect(await attemptsOf(stack.pool, call.callKey)).toEqual([]);
});

test('a payload store that fails for a moment does not lose a paid answer', async () => {
  const { call: build } = await testRun(stack.pool);
  const call = build(0);
  let failures = 2;
  const result = await stack.gateway().call(
    {
      ...call,
      buildArtifacts: (answer, facts) => {
        if (failures-- > 0) return Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
        return call.buildArtifacts(answer, facts);
      },
    },
    context(),
  );
  expect(result.source).toBe('paid');
  expect(await acceptedOf(call.callKey)).toHaveLength(1);
});

test('an answer that can never be stored is held at its maximum, not repeated in silence', async () => {
  const call = (await testRun(stack.pool)).call(0, { buildArtifacts: () => Promise.reject(new Error('a defect')) });
  const error = await failureOf(stack.gateway().call(call, context()), 'PaymentUnsettled');
  expect(error.params).toMatchObject({ modelFailures: 1 });
  expect(await attemptsOf(stack.pool, call.callKey)).toMatchObject([{ state: 'unknown' }]);
});

test('the connections to PostgreSQL end while an answer is on its way: it is stored all the same', async () => {
  const call = (await testRun(stack.pool)).call(0);
  await stack.server.hold();
  const answer = stack.gateway().call(call, context());
  await stack.server.until(({ held }) => held === 1);
  // From outside the pool: the gateway may have one connection only, and that one is to end.
  const outside = createPool(stack.database.url, { max: 1, applicationName: 'outside' });
  const { rowCount } = await outside.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gateway-test'`,
  );
  await outside.end();
  expect(rowCount).toBeGreaterThan(0);
  await stack.server.release();
  expect((await answer).source).toBe('paid');
});

test('an attempt that was taken away is aborted here; its money is booked once', async () => {
  const call = (await testRun(stack.pool)).call(0);
  await stack.server.hold();
  const first = stack.gateway({ owner: 'stalled', leaseMs: 2_000 }).call(call, context());
  await stack.server.until(({ held }) => held === 1);
  await stack.pool.query(`UPDATE attempt SET lease_until = '-infinity' WHERE call_key = $1`, [call.callKey]);
  const second = stack.gateway({ owner: 'other' }).call(call, context());
  await failureOf(first, 'CallLeased');
  await stack.server.until(({ held }) => held === 1);
  await stack.server.release();
  expect((await second).source).toBe('paid');
  expect(await attemptsOf(stack.pool, call.callKey)).toMatchObject([
    { n: 1, state: 'unknown', failure_class: 'lost' },
    { n: 2, state: 'settled' },
  ]);
  const report = await reconcileWithLog(stack.pool, TENANT, await providerLog(stack.server));
  expect(report).toMatchObject({ missing: [], differenceMicroUsd: 0 });
  expect(await violations(stack.pool)).toEqual([]);
});
