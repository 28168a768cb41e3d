import {
  deleteRunner,
  getRunner,
  listRunners,
  registerRunner,
  runnersWith,
} from '../../../src/adapters/postgres/runners';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import type { Runner } from '../../../src/domain/simulation/runners/runner';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { TENANT } from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 2 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => pool.query('DELETE FROM runner'));

const runner = (id: string, more: Partial<Runner> = {}): Runner => ({
  ...{ id, kind: 'endpoint', address: `http://127.0.0.1:9000/${id}`, capabilities: { framework: 'own' } },
  ...more,
});
const ids = (found: { id: string }[]) => found.map(({ id }) => id);

test('a runner that registers again renews what it said and when it was seen, and keeps when it came', async () => {
  const first = await registerRunner(pool, TENANT, runner('a'));
  const again = await registerRunner(pool, TENANT, runner('a', { capabilities: { framework: 'langchain' } }));
  expect([first.fresh, again.fresh]).toEqual([true, false]);
  expect(again.registeredAt).toEqual(first.registeredAt);
  expect(again.seenAt.getTime()).toBeGreaterThanOrEqual(first.seenAt.getTime());
  expect((await getRunner(pool, TENANT, 'a'))?.capabilities).toEqual({ framework: 'langchain' });
});

test('runners are found by what they offer and by their kind, in one order', async () => {
  await registerRunner(pool, TENANT, runner('b'));
  await registerRunner(pool, TENANT, runner('Z'));
  await registerRunner(pool, TENANT, runner('a', { capabilities: { framework: 'langchain', memoryGb: 8 } }));
  await registerRunner(pool, TENANT, runner('w', { kind: 'worker', address: 'far', capabilities: { region: 'eu' } }));
  const found = async (wanted: object, kinds: Runner['kind'][] = ['endpoint', 'process', 'worker']) =>
    ids(await runnersWith(pool, TENANT, wanted as Runner['capabilities'], kinds));
  expect(await found({})).toEqual(['Z', 'a', 'b', 'w']);
  expect(await found({ framework: 'own' })).toEqual(['Z', 'b']);
  expect(await found({ memoryGb: 4 })).toEqual(['a']);
  expect(await found({}, ['worker'])).toEqual(['w']);
  expect(await found({ region: 'eu' }, ['endpoint'])).toEqual([]);
});

test('one that was to register again and did not is gone: it is listed as such, and not found by what it offered', async () => {
  await registerRunner(pool, TENANT, { ...runner('late'), ttlSeconds: 3_600 });
  expect(await runnersWith(pool, TENANT, {}, ['endpoint'])).toHaveLength(1);
  await pool.query(`UPDATE runner SET gone_at = now() - interval '1 second'`);
  expect(await runnersWith(pool, TENANT, {}, ['endpoint'])).toEqual([]);
  expect((await listRunners(pool, { tenant: TENANT, limit: 10 })).map(({ gone }) => gone)).toEqual([true]);
  await registerRunner(pool, TENANT, runner('late'));
  expect((await getRunner(pool, TENANT, 'late'))?.gone).toBe(false);
});

test('lists come in pages', async () => {
  for (const id of ['a', 'b', 'c']) await registerRunner(pool, TENANT, runner(id));
  expect(ids(await listRunners(pool, { tenant: TENANT, limit: 2 }))).toEqual(['a', 'b']);
  expect(ids(await listRunners(pool, { tenant: TENANT, limit: 2, after: 'b' }))).toEqual(['c']);
});

test('no tenant sees, renews or removes a runner of another', async () => {
  await registerRunner(pool, 'rival', runner('a', { capabilities: { framework: 'theirs' } }));
  expect(await getRunner(pool, TENANT, 'a')).toBeUndefined();
  expect(await runnersWith(pool, TENANT, {}, ['endpoint'])).toEqual([]);
  expect((await registerRunner(pool, TENANT, runner('a'))).fresh).toBe(true);
  expect(await deleteRunner(pool, TENANT, 'a')).toBe(true);
  expect(await deleteRunner(pool, TENANT, 'a')).toBe(false);
  expect((await getRunner(pool, 'rival', 'a'))?.capabilities).toEqual({ framework: 'theirs' });
});
