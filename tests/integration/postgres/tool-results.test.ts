import { beginTool, endTool, loadToolResults } from '../../../src/adapters/postgres/tool-results';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { artifact, newId, run, TENANT } from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 5 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const beginning = (runId: string, more: object = {}) => ({
  ...{ tenant: TENANT, runId, node: 'a', toolKey: `${runId}/a/0/tool/0`, tool: 'calculator', argumentsHash: 'h' },
  ...{ shareable: true, begunBy: newId() },
  ...more,
});

test('a name that a model made up, with characters that PostgreSQL does not take, is begun and ended', async () => {
  const { runId } = await run(pool);
  const call = beginning(runId, { tool: 'order\u0000 \ud800', shareable: false });
  expect(await beginTool(pool, call)).toEqual({ state: 'begun' });
  const stored = artifact(runId);
  await endTool(pool, { tenant: TENANT, toolKey: call.toolKey, ok: false, artifact: stored });
  expect(await loadToolResults(pool, TENANT, [call.toolKey])).toEqual(new Map([[call.toolKey, stored.ref]]));
});

test('a pure result is shared within its tenant only, and no other tenant begins, ends or reads a call', async () => {
  const [{ runId: first }, { runId: second }] = [await run(pool), await run(pool)];
  const { runId: foreign } = await run(pool, { tenant: 'rival' });
  const call = beginning(first);
  await beginTool(pool, call);
  const stored = artifact(first);
  await endTool(pool, { tenant: TENANT, toolKey: call.toolKey, ok: true, artifact: stored });
  expect(await beginTool(pool, beginning(second))).toEqual({ state: 'ended', ok: true, ref: stored.ref });
  expect(await beginTool(pool, beginning(foreign, { tenant: 'rival' }))).toEqual({ state: 'begun' });
  await expect(beginTool(pool, beginning(first, { tenant: 'rival', toolKey: 'other' }))).rejects.toThrow('no run');
  await expect(endTool(pool, { tenant: 'rival', toolKey: call.toolKey, ok: true, artifact: stored })).rejects.toThrow(
    'was not begun',
  );
  expect(await loadToolResults(pool, 'rival', [call.toolKey])).toEqual(new Map());
});
