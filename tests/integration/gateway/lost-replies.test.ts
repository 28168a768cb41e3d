import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { TENANT, sums, violations } from '../../support/ledger';
import { attemptsOf, context, providerLog, startStack, testRun, type Stack } from './support';

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
  const result = await losing(
    'reserve_and_send',
    () => undefined,
    (pool) => stack.gateway({ pool }).call(call(0), context()),
  );
  expect(result.source).toBe('paid');
  expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([
    { n: 1, state: 'void', failure_class: 'not-sent' },
    { n: 2, state: 'settled', actual_micro_usd: result.costMicroUsd },
  ]);
  const billed = (await providerLog(stack.server)).filter(({ attemptKey }) => attemptKey.startsWith(runId));
  expect(billed).toHaveLength(1);
  expect(await getRunNodes(stack.pool, TENANT, runId)).toMatchObject([{ modelFailures: 0 }]);
  expect(await violations(stack.pool)).toEqual([]);
});

test('who is cancelled meanwhile holds nothing: its attempt never left', async () => {
  const { runId, call } = await testRun(stack.pool);
  const cancel = new AbortController();
  const outcome = losing(
    'reserve_and_send',
    (lost) => lost === LOST && cancel.abort(new Error('cancelled')),
    (pool) => stack.gateway({ pool }).call(call(0), context(cancel.signal)),
  );
  await expect(outcome).rejects.toThrow('cancelled');
  expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([
    { n: 1, state: 'void', failure_class: 'not-sent' },
  ]);
  expect(await sums(stack.pool, `run:${runId}`)).toMatchObject({ reserved: 0, unknown: 0, settled: 0 });
  expect(await violations(stack.pool)).toEqual([]);
});
