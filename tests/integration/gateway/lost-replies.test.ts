import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { reserve } from '../../../src/adapters/postgres/ledger';
import { call as reservation, sums, TENANT, violations } from '../../support/ledger';
import { attemptsOf, context, failureOf, providerLog, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());

/** More than the adapter asks again by itself, so that the gateway has to. */
const LOST = 7;

/** A pool that loses the replies to the first statements of one function: each was committed, and its caller is not told. */
async function losing<T>(call: string, onLost: (lost: number) => void, use: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool(stack.database.url, { max: 5, applicationName: 'losing' });
  const query = pool.query.bind(pool) as (sql: string, values?: unknown[]) => Promise<unknown>;
  let lost = 0;
  const lossy = async (sql: string, values?: unknown[]) => {
    const reply = await query(sql, values);
    if (!sql.includes(call) || lost === LOST) return reply;
    onLost((lost += 1));
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };
  try {
    return await use(Object.assign(pool, { query: lossy }));
  } finally {
    await pool.end();
  }
}

test('a reservation whose reply is lost is given back, and the call is paid once', async () => {
  const { runId, call } = await testRun(stack.pool);
  let lost = 0;
  const { index, result } = await losing(
    'reserve_and_send',
    (so) => (lost = so),
    async (pool) => {
      const gateway = stack.gateway({ pool });
      // A permit that comes late on a busy machine is waited for after the reservation, which is another way.
      for (let next = 0; ; next += 1) {
        const paid = await gateway.call(call(next), context());
        if (lost > 0) return { index: next, result: paid };
      }
    },
  );
  expect(result.source).toBe('paid');
  expect(await attemptsOf(stack.pool, `${runId}/a/${index}`)).toMatchObject([
    { n: 1, state: 'void', failure_class: 'not-sent' },
    { n: 2, state: 'settled', actual_micro_usd: result.costMicroUsd },
  ]);
  const keys = (await providerLog(stack.server)).map(({ attemptKey }) => attemptKey);
  expect(keys.filter((key) => key.startsWith(`${runId}/a/${index}#`))).toEqual([`${runId}/a/${index}#2`]);
  expect(await getRunNodes(stack.pool, TENANT, runId)).toMatchObject([{ modelFailures: 0 }]);
  expect(await violations(stack.pool)).toEqual([]);
});

test('who is cancelled meanwhile holds nothing: its attempt never left', async () => {
  const { runId, call } = await testRun(stack.pool);
  const cancel = new AbortController();
  let index = -1;
  const outcome = losing(
    'reserve_and_send',
    (lost) => lost === LOST && cancel.abort(new Error('cancelled')),
    async (pool) => {
      const gateway = stack.gateway({ pool });
      for (;;) await gateway.call(call((index += 1)), context(cancel.signal));
    },
  );
  await expect(outcome).rejects.toThrow('cancelled');
  expect(await attemptsOf(stack.pool, `${runId}/a/${index}`)).toMatchObject([
    { n: 1, state: 'void', failure_class: 'not-sent' },
  ]);
  expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
  expect(await violations(stack.pool)).toEqual([]);
});

/** Two equal calls of one run: the first pays, the second shares. */
async function equalCalls() {
  const { runId, call } = await testRun(stack.pool, 1_000_000, ['a', 'b']);
  const payer = call(0, { prompt: 'the same question [[tokens: 20]]' });
  const follower = { ...payer, node: 'b', callKey: `${runId}/b/0`, budgets: [`agent:${runId}/b`, `run:${runId}`] };
  return { runId, payer, follower };
}

test('a shared answer whose reply is lost is stored once', async () => {
  const { runId, payer, follower } = await equalCalls();
  const [paid, shared] = await losing(
    'settle_shared',
    () => undefined,
    (pool) => {
      const gateway = stack.gateway({ pool });
      return Promise.all([gateway.call(payer, context()), gateway.call(follower, context())]);
    },
  );
  expect([paid, shared]).toMatchObject([{ source: 'paid' }, { source: 'shared', sharedFrom: payer.callKey }]);
  const { rows } = await stack.pool.query(
    `SELECT artifact_ref AS ref, (SELECT count(*) FROM artifact WHERE session_id = $2) AS artifacts FROM call_result WHERE call_key = $1`,
    [follower.callKey, runId],
  );
  expect(rows).toEqual([{ ref: shared.resultRef, artifacts: 2 }]);
  expect((await getRunNodes(stack.pool, TENANT, runId)).map(({ calls }) => calls)).toEqual([1, 1]);
  expect(await violations(stack.pool)).toEqual([]);
});

test('who would share while an attempt of its own is under way elsewhere comes back for that one', async () => {
  const { runId, payer, follower } = await equalCalls();
  const { callKey, budgets } = follower;
  await reserve(stack.pool, [reservation(callKey, budgets, 100, { runId, node: 'b', owner: 'another process' })]);
  const gateway = stack.gateway();
  const [paid] = await Promise.all([
    gateway.call(payer, context()),
    failureOf(gateway.call(follower, context()), 'CallLeased'),
  ]);
  expect(paid.source).toBe('paid');
  expect(await attemptsOf(stack.pool, callKey)).toMatchObject([{ n: 1, state: 'reserved' }]);
  const { rows } = await stack.pool.query('SELECT 1 FROM call_result WHERE call_key = $1', [callKey]);
  expect(rows).toEqual([]);
  expect(await violations(stack.pool)).toEqual([]);
});
