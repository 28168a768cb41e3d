import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CpuMeter } from '../../../src/activities/simulation/cpu-ms';
import { OwnTurns } from '../../../src/activities/simulation/own-turns';
import { Positions } from '../../../src/activities/simulation/positions';
import { SimulationLoader } from '../../../src/activities/simulation/simulation-loader';
import { StretchWriter } from '../../../src/activities/simulation/stretch-writer';
import { playRecordings } from '../../../src/adapters/postgres/cassettes';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { listTicks, type RecordedTick } from '../../../src/adapters/postgres/ticks';
import type { PlayedCall } from '../../../src/domain/llm/played-call';
import { createPayloads } from '../../../src/gateway/artifacts';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { artifact, newId, TENANT } from '../../support/ledger';
import { askingTicks, simulation } from '../../support/recorded-ticks';

let database: FreshDatabase;
let pool: Pool;
let dir: string;
let positions: Positions;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 4 });
  dir = await mkdtemp(join(tmpdir(), 'longhaul-stretches-'));
  positions = new Positions(pool, createPayloads(pool, { dir }), new SimulationLoader(pool));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
  await rm(dir, { recursive: true });
});

test('the record names the answer that is stored: of two who play one stretch, the later one reads it first', async () => {
  const runId = await simulation(pool);
  const [stored, found] = [answerOf(runId), answerOf(runId)];
  await playRecordings(pool, [stored]);
  await expect(write(runId, inWordsOf(found), [found])).rejects.toMatchObject({ code: 'CallLeased', retryable: true });
  expect(await recorded(runId)).toEqual([]);
  await write(runId, inWordsOf(stored), []);
  await write(runId, inWordsOf(stored), [stored]);
  expect(await recorded(runId)).toMatchObject([{ rounds: [[{ wordsIn: stored.artifactRef }]] }]);
});

test('ticks that are recorded with other decisions are refused for good, and the first of them is named', async () => {
  const runId = await simulation(pool);
  await write(runId, askingTicks(1, 4), []);
  const other = askingTicks(1, 6).map((row) => (row.tick < 3 ? row : { ...row, rounds: null }));
  const refused = write(runId, other, []);
  await expect(refused).rejects.toMatchObject({ code: 'SimulationDiverged', retryable: false });
  await expect(refused).rejects.toThrow(
    /tick 3 is in the record already, with other decisions .* follows tick 0 changed nothing/,
  );
  expect((await recorded(runId)).map(({ tick }) => tick)).toEqual([1, 2, 3, 4]);
});

async function write(runId: string, ticks: readonly RecordedTick[], calls: readonly PlayedCall[]): Promise<void> {
  const writer = new StretchWriter({ pool, positions, own: new OwnTurns() }, { tenant: TENANT, runId }, new CpuMeter());
  const played = calls.map((call) => Promise.resolve(call));
  for (const row of ticks) await writer.add(row, { tick: row.tick, state: null, last: {} }, played.splice(0));
  await writer.end();
}

function recorded(runId: string) {
  return listTicks(pool, { tenant: TENANT, runId, after: 0, until: 100, limit: 100 });
}

/** Each finds it under another name. */
function answerOf(runId: string): PlayedCall {
  const artifactRef = newId();
  return {
    ...{ callKey: `${runId}/a/1`, tenant: TENANT, runId, node: 'a', cassette: 'tape', requestHash: 'ab'.repeat(32) },
    ...{ model: 'scripted', finishReason: 'stop', inputTokens: 1, outputTokens: 1 },
    ...{ artifactRef, artifacts: [artifact(runId, { ref: artifactRef })] },
  };
}

function inWordsOf({ artifactRef }: PlayedCall): RecordedTick[] {
  return askingTicks(1, 1).map((row) => ({
    ...row,
    rounds: row.rounds!.map((round) => round.map((answer) => ({ ...answer, wordsIn: artifactRef }))),
  }));
}
