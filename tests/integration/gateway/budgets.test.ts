import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import { LonghaulError } from '../../../src/domain/kernel/errors';
import { sums, TENANT, violations } from '../../support/ledger';
import { until } from '../../support/until';
import { attemptsOf, context, failureOf, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.server.release();
  await stack.server.setFaults();
});

const CALLERS = 100;

/** A hundred callers of one run whose budget holds ten worst cases; ten answers are held open. */
async function race(prompt: string) {
  const probe = await testRun(stack.pool);
  await stack.gateway().call(probe.call(0, { prompt }), context());
  const worstCase = (await attemptsOf(stack.pool, `${probe.runId}/%`))[0]!.estimate_micro_usd;
  const { runId, call } = await testRun(stack.pool, 10 * worstCase);
  await stack.server.hold();
  const gateway = stack.gateway();
  const answers = Array.from({ length: CALLERS }, (_, index) =>
    gateway
      .call(call(index, { prompt, maxWaitMs: 60_000, shareWithin: String(index) }), context())
      .catch((error: unknown) => error),
  );
  await stack.server.until(({ held }) => held === 10);
  await until(
    async () => await waiters(runId),
    (count) => count === CALLERS - 10,
  );
  expect((await stack.server.state()).held).toBe(10);
  expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ reserved: 10 * worstCase, settled: 0 });
  await stack.server.release();
  const outcomes = await Promise.all(answers);
  const refused = outcomes.filter((outcome) => LonghaulError.is(outcome) && outcome.code === 'BudgetExceeded');
  const paid = outcomes.filter((outcome) => !(outcome instanceof Error));
  expect(refused.length + paid.length).toBe(CALLERS);
  const book = await sums(stack.pool, `run:${runId}`);
  expect(book.settled).toBeLessThanOrEqual(book.limit);
  expect(book.overrun).toBe(0);
  expect(await violations(stack.pool)).toEqual([]);
  return { paid: paid.length, refused: refused.length };
}

async function waiters(runId: string): Promise<number> {
  const { rows } = await stack.pool.query<{ count: number }>(
    'SELECT count(DISTINCT call_key) AS count FROM budget_waiter WHERE call_key LIKE $1',
    [`${runId}/%`],
  );
  return rows[0]!.count;
}

test('ten are sent and ninety wait; answers that cost the worst case end the ninety', async () => {
  expect(await race('[[tokens: 20]]')).toEqual({ paid: 10, refused: 90 });
}, 120_000);

test('answers that cost half leave room for more, never for too many', async () => {
  const { paid } = await race('[[tokens: 10]]');
  expect(paid).toBeGreaterThan(13);
  expect(paid).toBeLessThan(25);
}, 120_000);

test('what can never fit is refused at once, and says what would', async () => {
  const { runId, call } = await testRun(stack.pool, 5);
  const error = await failureOf(stack.gateway().call(call(0), context()), 'BudgetExceeded');
  expect(error.params).toMatchObject({
    budget: expect.stringMatching(/^(agent|run):/),
    limitMicroUsd: 5,
    settledMicroUsd: 0,
    unknownMicroUsd: 0,
  });
  expect(Number(error.params['worstCaseMicroUsd'])).toBeGreaterThan(5);
  expect(await attemptsOf(stack.pool, `${runId}/%`)).toEqual([]);
});

test('a long wait for room is visible, frees the caller, keeps its place, and ends at the queue timeout', async () => {
  const { runId, call } = await testRun(stack.pool, 60);
  await stack.server.hold();
  const gateway = stack.gateway();
  const first = gateway.call(call(0), context());
  await stack.server.until(({ held }) => held === 1);
  const waiting = { prompt: 'question 0 [[tokens: 20]]', maxWaitMs: 300 };
  const back = await failureOf(gateway.call(call(1, waiting), context()), 'BudgetWait');
  expect(back.params).toMatchObject({ waitedFor: 'budget', waitMs: expect.any(Number) });
  const [node] = await getRunNodes(stack.pool, TENANT, runId);
  expect(node).toMatchObject({ status: 'running', reasonCode: 'waiting_for_budget', waitingSince: expect.any(Date) });
  expect(await waiters(runId)).toBe(1);
  const late = await failureOf(gateway.call(call(1, { ...waiting, queueTimeoutMs: 250 }), context()), 'QueueTimeout');
  expect(late.params).toMatchObject({ waitedFor: 'budget', queueTimeoutSeconds: 0.25 });
  expect(await waiters(runId)).toBe(0);
  await stack.server.release();
  await first;
});

test('a call that is cancelled while it waits leaves its place to the next', async () => {
  const { runId, call } = await testRun(stack.pool, 60);
  await stack.server.hold();
  const gateway = stack.gateway();
  const first = gateway.call(call(0), context());
  await stack.server.until(({ held }) => held === 1);
  const cancel = new AbortController();
  const waiter = gateway.call(call(1), context(cancel.signal));
  await until(
    () => waiters(runId),
    (count) => count === 1,
  );
  cancel.abort(new Error('the run was cancelled'));
  await expect(waiter).rejects.toThrow('the run was cancelled');
  expect(await waiters(runId)).toBe(0);
  await stack.server.release();
  await first;
});

test('unknown attempts hold the room until they are reconciled', async () => {
  const { runId, call } = await testRun(stack.pool, 60);
  await stack.server.setFaults('no-reply:times=1');
  await failureOf(stack.gateway().call(call(0), context()), 'ModelFailed');
  const error = await failureOf(
    stack.gateway().call(call(1, { prompt: 'question 0 [[tokens: 20]]', maxWaitMs: 300 }), context()),
    'BudgetWait',
  );
  expect(error.params).toMatchObject({ waitedFor: 'reconciliation' });
  expect((await getRunNodes(stack.pool, TENANT, runId))[0]).toMatchObject({ reasonCode: 'waiting_for_reconciliation' });
});
