import { createPool, type Pool, type PoolClient } from '../../../src/adapters/postgres/connection';
import { reserve } from '../../../src/adapters/postgres/ledger';
import type { ReserveAnswer } from '../../../src/adapters/postgres/ledger-types';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { budget, call, sums, violations } from '../../support/ledger';
import { until } from '../../support/until';

let database: FreshDatabase;
let pool: Pool;

beforeEach(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 3, applicationName: 'sold-twice' });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

/** Two processes ask for 60 of 100; the second while the first has reserved and not committed yet. */
async function askForTheSameRoom(): Promise<ReserveAnswer[]> {
  const room = [await budget(pool, 'run:one', 100)];
  const first = await pool.connect();
  try {
    await first.query('BEGIN');
    const one = await reserve(first, [call('one/0', room, 60)]);
    const two = reserve(pool, [call('two/0', room, 60)]);
    await until(waiters, (count) => count === 1, 10_000, 'the second at a lock');
    await first.query('COMMIT');
    return [...one, ...(await two)];
  } finally {
    first.release();
  }
}

async function waiters(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'sold-twice' AND wait_event_type = 'Lock'`,
  );
  return rows[0]!.count;
}

test('the second looks when the first is done, and waits for room', async () => {
  expect((await askForTheSameRoom()).map(({ answer }) => answer)).toEqual(['admitted', 'wait']);
  expect(await sums(pool, 'run:one')).toMatchObject({ reserved: 60 });
  expect(await violations(pool)).toEqual([]);
});

/** As the sabotage "room is looked for before it is locked" of the chaos runner has it. */
async function unlock(client: Pool | PoolClient, locked: string): Promise<void> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT pg_get_functiondef('lock_budgets(text[])'::regprocedure) AS text`,
  );
  const [before, after, ...more] = rows[0]!.text.split(locked);
  expect([after === undefined, more]).toEqual([false, []]);
  await client.query(`${before}${after}`);
}

const LOCK = 'PERFORM 1 FROM budget WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;';

test('without the lock the table still refuses what does not fit', async () => {
  await unlock(pool, LOCK);
  await expect(askForTheSameRoom()).rejects.toThrow('budget_check');
  expect(await sums(pool, 'run:one')).toMatchObject({ reserved: 60 });
  expect(await violations(pool)).toEqual([]);
});

test('without lock and check the room is sold twice, and the books say so', async () => {
  await unlock(pool, LOCK);
  await pool.query('ALTER TABLE budget DROP CONSTRAINT budget_check');
  expect((await askForTheSameRoom()).map(({ answer }) => answer)).toEqual(['admitted', 'admitted']);
  expect(await violations(pool)).toEqual([{ what: 'over limit', id: 'run:one' }]);
});
