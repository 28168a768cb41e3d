import { createPool } from '../../../src/adapters/postgres/connection';
import { markSent, reserve } from '../../../src/adapters/postgres/ledger';
import { LonghaulError } from '../../../src/domain/kernel/errors';
import { openCommits } from '../../../src/gateway/commits';
import { admitted, answered, call as reservation, sums, violations } from '../../support/ledger';
import { attemptsOf, context, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.server.release();
  await stack.server.setFaults();
});

const CALLS = 20;

/** Transactions that reserved and that settled these calls, by what each left in the rows it wrote. */
async function transactionsOf(runId: string): Promise<number> {
  const { rows } = await stack.pool.query<{ count: number }>(
    `SELECT (SELECT count(DISTINCT xmin::text) FROM reservation WHERE call_key LIKE $1)
          + (SELECT count(DISTINCT xmin::text) FROM call_result WHERE call_key LIKE $1) AS count`,
    [`${runId}/%`],
  );
  return rows[0]!.count;
}

async function together(batchSize: number): Promise<number> {
  const { runId, call } = await testRun(stack.pool);
  const gateway = stack.gateway({ batch: { size: batchSize } });
  await stack.server.hold();
  const answers = Array.from({ length: CALLS }, (_, index) => gateway.call(call(index), context()));
  await stack.server.until(({ held }) => held === CALLS);
  await stack.server.release();
  expect((await Promise.all(answers)).map(({ source }) => source)).toEqual(Array(CALLS).fill('paid'));
  return transactionsOf(runId);
}

test('twenty calls that come together need at most half the transactions of twenty that come alone', async () => {
  const alone = await together(1);
  expect(alone).toBe(2 * CALLS);
  expect((await together(CALLS)) / alone).toBeLessThanOrEqual(0.5);
});

test('a call that cannot be is refused alone: its neighbours of the same statement are paid', async () => {
  const { call } = await testRun(stack.pool);
  const gateway = stack.gateway();
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => {
      const budgets = index === 4 ? { budgets: ['run:nobody-has-it'] } : {};
      return gateway.call(call(index, budgets), context()).catch((error: unknown) => error);
    }),
  );
  expect(String(outcomes[4])).toMatch(/unknown budget in \["run:nobody-has-it"\]/);
  const paid = outcomes.filter((_, index) => index !== 4);
  expect(paid).toMatchObject(Array(9).fill({ source: 'paid' }));
  expect(await violations(stack.pool)).toEqual([]);
});

test('an answer that cannot be settled fails alone: what was settled with it is stored', async () => {
  const { runId, call } = await testRun(stack.pool);
  const gateway = stack.gateway({ settleWithinMs: 500 });
  const { buildArtifacts } = call(0);
  const impossible: typeof buildArtifacts = async (answer, facts) => ({
    ...(await buildArtifacts(answer, facts)),
    resultRef: 'no reference',
  });
  await stack.server.hold();
  const answers = Array.from({ length: 8 }, (_, index) =>
    gateway
      .call(call(index, index === 3 ? { buildArtifacts: impossible } : {}), context())
      .catch((error: unknown) => error),
  );
  await stack.server.until(({ held }) => held === 8);
  await stack.server.release();
  const outcomes = await Promise.all(answers);
  expect(LonghaulError.is(outcomes[3]) && outcomes[3].code).toBe('PaymentUnsettled');
  expect(outcomes.filter((_, index) => index !== 3)).toMatchObject(Array(7).fill({ source: 'paid' }));
  const states = (await attemptsOf(stack.pool, `${runId}/%`)).map(({ state }) => state).sort();
  expect(states).toEqual(['sent', ...Array<string>(7).fill('settled')]);
});

test('a row that a stopped process holds keeps its own settlement waiting, and not those of its statement', async () => {
  const [free, locked] = [await testRun(stack.pool), await testRun(stack.pool)];
  const asked = Array.from({ length: 4 }, (_, index) => {
    const { runId } = index === 2 ? locked : free;
    return reservation(`${runId}/a/${index}`, [`agent:${runId}/a`], 100, { runId, node: 'a' });
  });
  const attempts = admitted(await reserve(stack.pool, asked)).sort((a, b) => (a.callKey < b.callKey ? -1 : 1));
  await markSent(stack.pool, attempts, 60_000);
  const pool = createPool(stack.database.url, { max: 4, queryTimeoutMs: 1_500 });
  const holder = await stack.pool.connect();
  try {
    await holder.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
    await holder.query('SELECT 1 FROM run WHERE id = $1 FOR UPDATE', [locked.runId]);
    const { settle } = openCommits(pool, 60_000, 20);
    const outcomes = await Promise.all(
      attempts.map((attempt) => settle.add(answered(attempt, 50)).catch((error: unknown) => error)),
    );
    const isLocked = attempts.map(({ callKey }) => callKey.startsWith(locked.runId));
    expect(outcomes.filter((_, at) => !isLocked[at])).toMatchObject(Array(3).fill({ answer: 'settled' }));
    expect(outcomes.filter((_, at) => isLocked[at])).toMatchObject([{ code: 'ServiceUnavailable' }]);
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
    await pool.end();
  }
}, 120_000);

test.each([100, 200])(
  '%i callers of one budget: some are refused, and it is never overspent',
  async (callers) => {
    const probe = await testRun(stack.pool);
    await stack.gateway().call(probe.call(0, { prompt: 'question 0 [[tokens: 20]]' }), context());
    const worstCase = (await attemptsOf(stack.pool, `${probe.runId}/%`))[0]!.estimate_micro_usd;
    const { runId, call } = await testRun(stack.pool, 30 * worstCase);
    const gateway = stack.gateway();
    const outcomes = await Promise.all(
      Array.from({ length: callers }, (_, index) =>
        gateway
          .call(
            call(index, { prompt: 'the same question [[tokens: 20]]', maxWaitMs: 60_000, shareWithin: String(index) }),
            context(),
          )
          .catch((error: unknown) => error),
      ),
    );
    const refused = outcomes.filter((outcome) => LonghaulError.is(outcome) && outcome.code === 'BudgetExceeded');
    const paid = outcomes.filter((outcome) => !(outcome instanceof Error));
    expect([paid.length, refused.length]).toEqual([30, callers - 30]);
    const book = await sums(stack.pool, `run:${runId}`);
    expect(book).toMatchObject({ settled: book.limit, reserved: 0, unknown: 0, overrun: 0 });
    expect(await violations(stack.pool)).toEqual([]);
  },
  120_000,
);
