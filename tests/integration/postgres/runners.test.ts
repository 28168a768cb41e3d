import {
  deleteRunner,
  getRunner,
  listRunners,
  pruneRunners,
  type Registration,
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
const register = (tenant: string, what: Registration, max = 100) => registerRunner(pool, tenant, what, max);
const ids = (found: { id: string }[]) => found.map(({ id }) => id);

test('a runner that registers again renews what it said and when it was seen, and keeps when it came', async () => {
  const first = await register(TENANT, runner('a'));
  const again = await register(TENANT, runner('a', { capabilities: { framework: 'langchain' } }));
  expect([first.fresh, again.fresh]).toEqual([true, false]);
  expect(again.registeredAt).toEqual(first.registeredAt);
  expect(again.seenAt.getTime()).toBeGreaterThanOrEqual(first.seenAt.getTime());
  expect((await getRunner(pool, TENANT, 'a'))?.capabilities).toEqual({ framework: 'langchain' });
});

test('runners are found by what they offer and by their kind, in one order', async () => {
  await register(TENANT, runner('b'));
  await register(TENANT, runner('Z'));
  await register(TENANT, runner('a', { capabilities: { framework: 'langchain', memoryGb: 8 } }));
  await register(TENANT, runner('w', { kind: 'worker', address: 'far', capabilities: { region: 'eu' } }));
  const found = async (wanted: object, kinds: Runner['kind'][] = ['endpoint', 'process', 'worker']) =>
    ids(await runnersWith(pool, TENANT, wanted as Runner['capabilities'], kinds));
  expect(await found({})).toEqual(['Z', 'a', 'b', 'w']);
  expect(await found({ framework: 'own' })).toEqual(['Z', 'b']);
  expect(await found({ memoryGb: 4 })).toEqual(['a']);
  expect(await found({}, ['worker'])).toEqual(['w']);
  expect(await found({ region: 'eu' }, ['endpoint'])).toEqual([]);
});

test('one that was to register again and did not is gone: it is listed as such, and not found by what it offered', async () => {
  await register(TENANT, { ...runner('late'), ttlSeconds: 3_600 });
  expect(await runnersWith(pool, TENANT, {}, ['endpoint'])).toHaveLength(1);
  await pool.query(`UPDATE runner SET gone_at = now() - interval '1 second'`);
  expect(await runnersWith(pool, TENANT, {}, ['endpoint'])).toEqual([]);
  expect((await listRunners(pool, { tenant: TENANT, limit: 10 })).map(({ gone }) => gone)).toEqual([true]);
  await register(TENANT, runner('late'));
  expect((await getRunner(pool, TENANT, 'late'))?.gone).toBe(false);
});

test('lists come in pages', async () => {
  for (const id of ['a', 'b', 'c']) await register(TENANT, runner(id));
  expect(ids(await listRunners(pool, { tenant: TENANT, limit: 2 }))).toEqual(['a', 'b']);
  expect(ids(await listRunners(pool, { tenant: TENANT, limit: 2, after: 'b' }))).toEqual(['c']);
});

test('no tenant sees, renews or removes a runner of another', async () => {
  await register('rival', runner('a', { capabilities: { framework: 'theirs' } }));
  expect(await getRunner(pool, TENANT, 'a')).toBeUndefined();
  expect(await runnersWith(pool, TENANT, {}, ['endpoint'])).toEqual([]);
  expect((await register(TENANT, runner('a'))).fresh).toBe(true);
  expect(await deleteRunner(pool, TENANT, 'a')).toBe(true);
  expect(await deleteRunner(pool, TENANT, 'a')).toBe(false);
  expect((await getRunner(pool, 'rival', 'a'))?.capabilities).toEqual({ framework: 'theirs' });
});

const refusal = { code: 'TooManyRunners' };

test('a tenant has so many runners at most; whoever is known renews, and whoever is gone makes room', async () => {
  await register(TENANT, runner('a'), 2);
  await register(TENANT, { ...runner('b'), ttlSeconds: 60 }, 2);
  await expect(register(TENANT, runner('c'), 2)).rejects.toMatchObject(refusal);
  expect((await register(TENANT, runner('a'), 2)).fresh).toBe(false);
  await register('rival', runner('c'), 2);
  await pool.query(`UPDATE runner SET gone_at = now() - interval '1 s' WHERE id = 'b'`);
  expect((await register(TENANT, runner('c'), 2)).fresh).toBe(true);
  expect(ids(await listRunners(pool, { tenant: TENANT, limit: 10 }))).toEqual(['a', 'c']);
});

test('many that register at once are not one too many', async () => {
  const many = Array.from({ length: 12 }, (_, at) => register(TENANT, runner(`r${at}`), 5));
  const outcomes = await Promise.allSettled(many);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await listRunners(pool, { tenant: TENANT, limit: 20 })).toHaveLength(5);
});

test('a runner that has been gone for long is forgotten, one that is just gone is shown', async () => {
  for (const id of ['long', 'just', 'there', 'for ever'])
    await register(TENANT, { ...runner(id), ttlSeconds: id === 'for ever' ? undefined : 60 });
  await pool.query(`UPDATE runner SET gone_at = now() - interval '2 days' WHERE id = 'long'`);
  await pool.query(`UPDATE runner SET gone_at = now() - interval '1 hour' WHERE id = 'just'`);
  expect(await pruneRunners(pool, { goneForMs: 86_400_000 })).toBe(1);
  expect(ids(await listRunners(pool, { tenant: TENANT, limit: 10 }))).toEqual(['for ever', 'just', 'there']);
});
