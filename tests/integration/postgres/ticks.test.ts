import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { recordProgress } from '../../../src/adapters/postgres/progress';
import { getRunEvents } from '../../../src/adapters/postgres/run-events';
import { createSimulation, getSimulation, setFork } from '../../../src/adapters/postgres/simulations';
import { listTicks, type RecordedTick, recordTicks, type TickStretch } from '../../../src/adapters/postgres/ticks';
import { withTransaction } from '../../../src/adapters/postgres/transaction';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { newId, run, TENANT } from '../../support/ledger';

let database: FreshDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 4 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('what comes before the ticks that it follows is told so and writes nothing: the record has no gap at any moment', async () => {
  const runId = await simulation();
  expect(await record(runId, 5, 8)).toBe('early');
  expect(await recorded(runId)).toEqual([]);
  expect(await record(runId, 1, 4)).toBe('recorded');
  expect(await record(runId, 5, 8)).toBe('recorded');
  expect(await recorded(runId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('the same stretch again changes nothing, and what is recorded behind it stays the end', async () => {
  const runId = await simulation();
  await record(runId, 1, 4);
  await record(runId, 5, 6);
  expect(await record(runId, 1, 4)).toBe('recorded');
  expect(await getSimulation(pool, TENANT, runId)).toMatchObject({ tick: 6, hash: 'hash 6' });
});

test('the first stretch of a fork follows its parent’s tick', async () => {
  const parentRunId = await simulation();
  const runId = await simulation();
  await withTransaction(pool, (tx) => setFork(tx, { tenant: TENANT, runId, parentRunId, forkTick: 60 }));
  expect(await record(runId, 62, 63)).toBe('early');
  expect(await record(runId, 61, 63)).toBe('recorded');
});

test('what is told with a stretch is told once, with it, and also after something later was told', async () => {
  const runId = await simulation();
  const told = (seq: number, type: string) => ({ progress: { seq, delta: { events: [{ type }] } } });
  expect(await record(runId, 5, 8, TENANT, told(2, 'behind'))).toBe('early');
  await recordProgress(pool, { tenant: TENANT, runId, seq: 3, delta: { events: [{ type: 'run-parked' }] } });
  await record(runId, 1, 4, TENANT, told(1, 'terms-changed'));
  await record(runId, 1, 4, TENANT, told(1, 'terms-changed'));
  await record(runId, 5, 8, TENANT, told(2, 'behind'));
  const types = (await getRunEvents(pool, { tenant: TENANT, runId, afterSeq: 0, limit: 10 })).map(({ type }) => type);
  expect(types).toEqual(['run-accepted', 'run-parked', 'terms-changed', 'behind']);
  expect(await recordProgress(pool, { tenant: TENANT, runId, seq: 3, delta: { events: [{ type: 'again' }] } })).toBe(
    false,
  );
});

test('another tenant’s run is unknown', async () => {
  const runId = await simulation();
  expect(await record(runId, 1, 4, 'other')).toBe('unknown');
  expect(await record(newId(), 1, 4)).toBe('unknown');
});

async function simulation(): Promise<string> {
  const { runId } = await run(pool, { kind: 'simulation' });
  const facts = { world: 'marketplace', worldVersion: 1, seed: 7, ticks: 100, scenario: {}, agents: [], rules: [] };
  const failures = { inARow: 5, then: 'park' as const };
  const definition = { ...facts, runId, tenant: TENANT, failures, change: null, scenarioId: null };
  await withTransaction(pool, (tx) => createSimulation(tx, definition));
  return runId;
}

function record(runId: string, first: number, last: number, tenant = TENANT, told: Pick<TickStretch, 'progress'> = {}) {
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => tickRow(first + index));
  return recordTicks(pool, { tenant, runId, ticks, ...told });
}

async function recorded(runId: string): Promise<number[]> {
  const rows = await listTicks(pool, { tenant: TENANT, runId, after: 0, until: 1_000, limit: 1_000 });
  return rows.map(({ tick }) => tick);
}

function tickRow(tick: number): RecordedTick {
  const summary = { figures: { cashCents: tick }, storyline: `day ${tick}`, mood: 'neutral' as const };
  return { tick, worldVersion: 1, rounds: null, messages: null, ...summary, hash: `hash ${tick}`, events: [] };
}
