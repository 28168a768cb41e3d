import { resolve } from 'node:path';
import type { RecordLine } from '../../src/domain/simulation/record/record-line';
import { recordLineSchema, type TicksPage } from '../../src/contracts/api.schema';
import { replayRecord } from '../../src/cli/simulation/replay-record';
import type { Json } from '../../src/domain/kernel/canonical-json';
import { play } from '../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../src/domain/simulation/position';
import { WORLDS, type WorldEntry } from '../../src/domain/worlds';
import { MARKETPLACE } from '../../src/domain/worlds/marketplace/entry';
import { STANDARD_MARKET } from '../../src/domain/worlds/marketplace/scenario';
import { laterMarkets } from '../support/later-markets';
import { type PlantedPrograms, plantedPrograms } from '../support/planted-programs';
import { type Program, startProgram } from '../support/programs';
import { type Served, startServed } from '../support/served';
import { bot, simulationsOf } from '../support/simulations';
import { until } from '../support/until';

jest.setTimeout(240_000);

const REGISTRY = 'domain/worlds/index.ts';
const HELD = 'new Worlds([MARKETPLACE])';

let programs: PlantedPrograms;
let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let worker: Program;

beforeAll(async () => {
  programs = await plantedPrograms(
    [
      { file: REGISTRY, from: HELD, to: 'new Worlds([MARKETPLACE, ...laterMarkets(MARKETPLACE)])' },
      {
        file: REGISTRY,
        from: "import { Worlds } from './registry';",
        to: "import { Worlds } from './registry';\nimport { laterMarkets } from './later-markets';",
      },
    ],
    { 'domain/worlds/later-markets.ts': resolve(__dirname, '../support/later-markets.ts') },
  );
  // This process holds the same worlds: the API is served in it.
  const { entries } = WORLDS as unknown as { entries: Map<string, WorldEntry> };
  for (const entry of laterMarkets(MARKETPLACE)) entries.set(`marketplace@${entry.world.version}`, entry);
  // Runs begin as they began before there were later ones.
  jest.spyOn(WORLDS, 'newest').mockReturnValue(MARKETPLACE);
  served = await startServed(['io'], {}, programs);
  worker = await served.system.startWorker('simulations');
  simulations = simulationsOf(served);
});
afterAll(async () => {
  await served.close();
  programs.remove();
});

/** So many that no run here ends by itself. */
const TICKS = 1_000_000;

/** The hash after so many ticks in this process, by the first version up to `upgradedAt` and by the second from there on. */
function playedHere(ticks: number, seed: number, upgradedAt: number): string {
  const scenario = { ...STANDARD_MARKET, days: TICKS } as unknown as Json;
  let position: Position<Json, Json> = startingPosition(MARKETPLACE.world.init(scenario, seed));
  let memory: Json = null;
  for (let tick = 0; tick < ticks; tick += 1) {
    if (tick === upgradedAt) {
      position = WORLDS.migrate('marketplace', position, 1, 2);
      memory = null; // what a bot noted, only its own version can read
    }
    const { world, bots } = WORLDS.of('marketplace', tick < upgradedAt ? 1 : 2)!;
    position = play(world, position, ({ agentId, view }) => {
      const thought = bots[BOT]!(view, memory);
      memory = thought.memory;
      return { agentId, decision: thought.decision, source: 'agent', feedback: [] };
    }).position;
  }
  return positionHash(position);
}

const BOT = 'ceo-v1';
const body = { ticks: TICKS, agents: [bot(BOT)] };

async function* recordOf(runId: string): AsyncGenerator<RecordLine> {
  for (let query = 'limit=1000'; ;) {
    const { text } = await served.under.api.get(`/simulations/${runId}/record?${query}`).expect(200);
    for (const line of text.trim().split('\n')) {
      const parsed = recordLineSchema.parse(JSON.parse(line));
      yield parsed;
      if (parsed.type === 'end') return;
      if (parsed.type === 'tick') query = `limit=1000&after=${parsed.tick}`;
    }
  }
}

const replayed = (runId: string, until?: number) =>
  replayRecord(recordOf(runId), { until, inspect: until !== undefined });

/** A run that stands after some of its ticks. */
async function standing(seed: number): Promise<{ runId: string; tick: number }> {
  const runId = await simulations.start({ ...body, seed });
  await simulations.when(runId, ({ status }) => status === 'running');
  await simulations.steer(runId, 'pause');
  const { tick } = await simulations.paused(runId);
  return { runId, tick };
}

async function advanced(runId: string, ticks: number): Promise<number> {
  const { tick } = await simulations.view(runId);
  await simulations.steer(runId, 'advance', { ticks });
  await simulations.when(runId, (view) => view.tick === tick + ticks && view.pausedAt !== null);
  return tick + ticks;
}

async function killed(): Promise<void> {
  worker.signal('SIGKILL');
  await worker.exited;
}

async function stopped(runId: string) {
  await simulations.steer(runId, 'stop');
  return await simulations.ended(runId);
}

async function rowOf(runId: string, tick: number): Promise<TicksPage['items'][number]> {
  const { body: page } = await served.under.api
    .get(`/simulations/${runId}/ticks?after=${tick - 1}&limit=1`)
    .expect(200);
  return (page as TicksPage).items[0]!;
}

/** Where a fork is after this tick; it is stopped then. */
async function forked(parent: string, asked: object, tick: number) {
  const runId = await simulations.fork(parent, asked);
  await simulations.when(runId, (view) => view.tick >= tick);
  const { worldVersion } = await stopped(runId);
  return { runId, worldVersion, hash: (await rowOf(runId, tick)).hash };
}

const eventsOf = async (runId: string, type: string) =>
  (await simulations.history(runId)).filter((event) => event.type === type).map(({ data }) => data);

describe('a run that goes on in a later version of its world', () => {
  const seed = 11;
  let runId: string;
  let upgradedAt: number;
  let last: number;
  let hash: string;

  beforeAll(async () => {
    ({ runId, tick: upgradedAt } = await standing(seed));
    await simulations.change(runId, { worldVersion: 2 });
    await advanced(runId, 5);
    await killed();
    worker = await served.system.startWorker('simulations');
    last = await advanced(runId, 110);
    await stopped(runId);
    hash = playedHere(last, seed, upgradedAt);
  });

  test('comes to the hash of both versions, each for its ticks, though its worker was killed', async () => {
    expect(await simulations.view(runId)).toMatchObject({ tick: last, worldVersion: 2, hash });
    expect(await eventsOf(runId, 'terms-changed')).toEqual([{ tick: upgradedAt, worldVersion: 2 }]);
    const later = async (tick: number) => (await rowOf(runId, tick)).figures['laterDays'];
    expect([await later(upgradedAt), await later(upgradedAt + 1), await later(last)]).toEqual([undefined, 1, 115]);
  });

  test('is computed again from its record, version by version, and any tick of it is opened', async () => {
    const all = { outcome: 'same', worldVersion: 2, ticks: last, hashesCompared: last, hash };
    expect(await replayed(runId)).toMatchObject(all);
    const before = await replayed(runId, upgradedAt);
    expect(before).toMatchObject({ outcome: 'same', worldVersion: 1, inspected: { tick: upgradedAt } });
    expect(before.inspected!.state).not.toHaveProperty('laterDays');
    const after = await replayed(runId, upgradedAt + 1);
    expect(after).toMatchObject({ outcome: 'same', worldVersion: 2, inspected: { state: { laterDays: 1 } } });
  });

  test('has a result over all of its ticks', async () => {
    const { body: concluded } = await served.under.api.get(`/simulations/${runId}/result`).expect(200);
    expect(concluded).toMatchObject({ violations: [], result: { results: { days: last } } });
  });

  test('is forked where either version played it; a fork that changes nothing comes to the same state', async () => {
    const old = await forked(runId, { tick: upgradedAt - 1 }, last);
    expect(old).toMatchObject({ worldVersion: 1, hash: playedHere(last, seed, last) });
    expect(await forked(runId, { tick: upgradedAt }, last)).toMatchObject({ worldVersion: 2, hash });
    const later = await forked(runId, { tick: upgradedAt + 6 }, last);
    expect(later).toMatchObject({ worldVersion: 2, hash });
    expect(await forked(later.runId, { tick: upgradedAt + 3 }, last)).toMatchObject({ worldVersion: 2, hash });
    expect(await replayed(later.runId)).toMatchObject({ outcome: 'same', difference: null });
    const back = await simulations.post(runId, 'fork', { tick: upgradedAt + 6, worldVersion: 1 }).expect(422);
    expect(JSON.stringify(back.body)).toContain('version 1 is older');
  });
});

test('what cannot be is refused: a version that is not here, is older, or takes nothing over', async () => {
  const { runId } = await standing(5);
  const refused = async (worldVersion: number) => {
    const { body: problem } = await served.under.api.put(`/simulations/${runId}`).send({ worldVersion }).expect(422);
    return (problem as { problems: { path: string; message: string }[] }).problems;
  };
  const goesOn = 'Version 1 of world marketplace can go on in 2, 3:';
  expect(await refused(4)).toEqual([{ path: 'worldVersion', message: `${goesOn} version 4 is not here.` }]);
  expect(await refused(5)).toEqual([
    { path: 'worldVersion', message: `${goesOn} version 5 takes nothing over from it.` },
  ]);
  await simulations.change(runId, { worldVersion: 2 });
  await simulations.when(runId, ({ worldVersion }) => worldVersion === 2);
  expect((await refused(1))[0]!.message).toContain('version 1 is older.');
  await simulations.change(runId, { worldVersion: 2 }); // as it is already
  await advanced(runId, 2);
  expect(await stopped(runId)).toMatchObject({ worldVersion: 2 });
});

test('a version that cannot take over where the run stands is told, and the run goes on in its own', async () => {
  const { runId } = await standing(3);
  const tick = await advanced(runId, 8);
  await simulations.change(runId, { worldVersion: 3 });
  await advanced(runId, 2);
  expect(await stopped(runId)).toMatchObject({ worldVersion: 1, hash: playedHere(tick + 2, 3, tick + 2) });
  const [refused] = await eventsOf(runId, 'terms-refused');
  expect(refused).toMatchObject({ tick, worldVersion: 3, reason: expect.stringContaining('first week') as string });
});

test('where no worker holds its version a run says which one is missing, and waits for one that does', async () => {
  const { runId } = await standing(7);
  await simulations.change(runId, { worldVersion: 2 });
  await advanced(runId, 2);
  const { workflowId } = await simulations.view(runId);
  await killed();
  const first = await startProgram('worker/main.js', ['--role', 'simulations'], served.system.env);
  await simulations.post(runId, 'hints', { text: 'Is anybody there?' }).expect(503); // it begins a task, which fails
  const { client } = served.system.temporal;
  const said = async () => JSON.stringify(await client.workflow.getHandle(workflowId).fetchHistory());
  await until(said, (history) => history.includes('World \\"marketplace\\" version 2 is not in this program'));
  await first.stop('SIGKILL');
  worker = await served.system.startWorker('simulations');
  await simulations.when(runId, ({ status }) => status === 'running');
  await advanced(runId, 2);
  expect(await stopped(runId)).toMatchObject({ worldVersion: 2 });
});
