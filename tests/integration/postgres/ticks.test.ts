import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { recordProgress } from '../../../src/adapters/postgres/progress';
import { getRunEvents } from '../../../src/adapters/postgres/run-events';
import { getSimulation, setFork } from '../../../src/adapters/postgres/simulations';
import {
  listTickEvents,
  listTicks,
  type RecordedTick,
  recordTicks,
  type TickStretch,
} from '../../../src/adapters/postgres/ticks';
import { withTransaction } from '../../../src/adapters/postgres/transaction';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { newId, TENANT } from '../../support/ledger';
import { askingTicks, simulation, tickRow } from '../../support/recorded-ticks';

const RECORDED = { outcome: 'recorded', differsAt: null };
const EARLY = { outcome: 'early', differsAt: null };

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
  const runId = await simulation(pool);
  expect(await record(runId, 5, 8)).toEqual(EARLY);
  expect(await recorded(runId)).toEqual([]);
  expect(await record(runId, 1, 4)).toEqual(RECORDED);
  expect(await record(runId, 5, 8)).toEqual(RECORDED);
  expect(await recorded(runId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('the same stretch again changes nothing, and what is recorded behind it stays the end', async () => {
  const runId = await simulation(pool);
  await record(runId, 1, 4);
  await record(runId, 5, 6);
  expect(await record(runId, 1, 4)).toEqual(RECORDED);
  expect(await getSimulation(pool, TENANT, runId)).toMatchObject({ tick: 6, hash: 'hash 6' });
});

test('a stretch that goes on behind what is recorded brings what is new of it, also with its ends elsewhere', async () => {
  const runId = await simulation(pool);
  const forwarded = (first: number, last: number) => askingTicks(first, last).map((row) => ({ ...row, hash: null }));
  const cut = (ticks: RecordedTick[]) => [...ticks.slice(0, -1), { ...ticks.at(-1)!, hash: `hash ${ticks.length}` }];
  await recordTicks(pool, { tenant: TENANT, runId, ticks: cut(forwarded(1, 4)) });
  const longer = { tenant: TENANT, runId, ticks: cut(forwarded(1, 7)) };
  expect(await recordTicks(pool, longer)).toEqual(RECORDED);
  expect(await recordTicks(pool, longer)).toEqual(RECORDED);
  expect(await recorded(runId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(await getSimulation(pool, TENANT, runId)).toMatchObject({ tick: 7, hash: 'hash 7' });
});

test('what went through JSON, with its members in another order, is no other decision', async () => {
  const runId = await simulation(pool);
  const ticks = askingTicks(1, 2);
  ticks[1]!.rounds![0]![0]!.decision = { price: 1.5, amount: 1e21, nested: { b: [0, null], a: 'Kö\u0000\ud800' } };
  await recordTicks(pool, { tenant: TENANT, runId, ticks });
  const turned = askingTicks(1, 2);
  turned[1]!.rounds![0]![0]!.decision = { nested: { a: 'Kö\u0000\ud800', b: [-0, null] }, amount: 1e21, price: 1.5 };
  expect(await recordTicks(pool, { tenant: TENANT, runId, ticks: turned })).toEqual(RECORDED);
});

const OTHERWISE: Record<string, Partial<RecordedTick>> = {
  'another decision': { rounds: [[{ agentId: 'a', decision: { price: 99 }, source: 'agent', feedback: [] }]] },
  'nobody asked': { rounds: null },
  'another hash': { hash: 'another' },
  'another message': { messages: [{ from: 'south', tick: 4, body: 'a price war' }] },
  'no message': { messages: null },
  'another version of its world': { worldVersion: 2 },
};

test.each(Object.entries(OTHERWISE))(
  '%s in a tick that is recorded is told, and nothing is changed',
  async (_, other) => {
    const runId = await simulation(pool);
    await recordTicks(pool, { tenant: TENANT, runId, ticks: askingTicks(1, 6) });
    const before = await everything(runId);
    const ticks = askingTicks(4, 8).map((row) => (row.tick < 5 ? row : { ...row, ...other, storyline: 'other' }));
    const progress = { seq: 1, delta: { events: [{ type: 'behind' }] } };
    expect(await recordTicks(pool, { tenant: TENANT, runId, ticks, progress })).toEqual({
      outcome: 'differs',
      differsAt: 5,
    });
    expect(await everything(runId)).toEqual(before);
    expect(await recordTicks(pool, { tenant: TENANT, runId, ticks: askingTicks(4, 8), progress })).toEqual(RECORDED);
  },
);

test('the first stretch of a fork follows its parent’s tick', async () => {
  const parentRunId = await simulation(pool);
  const runId = await simulation(pool);
  await withTransaction(pool, (tx) => setFork(tx, { tenant: TENANT, runId, parentRunId, forkTick: 60 }));
  expect(await record(runId, 62, 63)).toEqual(EARLY);
  expect(await record(runId, 61, 63)).toEqual(RECORDED);
});

test('what is told with a stretch is told once, with it, and also after something later was told', async () => {
  const runId = await simulation(pool);
  const told = (seq: number, type: string) => ({ progress: { seq, delta: { events: [{ type }] } } });
  expect(await record(runId, 5, 8, TENANT, told(2, 'behind'))).toEqual(EARLY);
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
  const runId = await simulation(pool);
  expect(await record(runId, 1, 4, 'other')).toMatchObject({ outcome: 'unknown' });
  expect(await record(newId(), 1, 4)).toMatchObject({ outcome: 'unknown' });
});

function record(runId: string, first: number, last: number, tenant = TENANT, told: Pick<TickStretch, 'progress'> = {}) {
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => tickRow(first + index));
  return recordTicks(pool, { tenant, runId, ticks, ...told });
}

async function recorded(runId: string): Promise<number[]> {
  const rows = await listTicks(pool, { tenant: TENANT, runId, after: 0, until: 1_000, limit: 1_000 });
  return rows.map(({ tick }) => tick);
}

async function everything(runId: string): Promise<unknown> {
  const all = { tenant: TENANT, runId, after: 0, until: 1_000, limit: 1_000 };
  const told = await getRunEvents(pool, { tenant: TENANT, runId, afterSeq: 0, limit: 100 });
  return [await listTicks(pool, all), await listTickEvents(pool, all), await getSimulation(pool, TENANT, runId), told];
}
