import { type CoordinatorEvent, DistributedCoordinator, LonghaulClient } from '../../src/client';
import { registerRunner } from '../../src/adapters/postgres';
import { recordLineSchema } from '../../src/contracts/api.schema';
import { RecordReplay } from '../../src/domain/simulation/record/record-replay';
import { WORLDS } from '../../src/domain/worlds';
import type { Program } from '../support/programs';
import { TOKEN } from '../support/api';
import { partitionedOf } from '../support/partitioned';
import { type Served, startServed } from '../support/served';
import { bot, simulationsOf } from '../support/simulations';
import { TENANT } from '../support/system';
import { until } from '../support/until';

jest.setTimeout(240_000);

let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let wholes: ReturnType<typeof partitionedOf>;
let worker: Program;

beforeAll(async () => {
  served = await startServed(['io']);
  worker = await served.system.startWorker('simulations');
  simulations = simulationsOf(served);
  wholes = partitionedOf(served);
});
afterAll(() => served.close());

/** A price war in the north on day 3: it moves prices, so whoever hears of it comes to another hash. */
const WAR = {
  ...{ eventProbability: 0 },
  scheduledEvents: [{ day: 3, type: 'price_war', sku: 'P001', severity: 0.6, durationDays: 5 }],
};
const QUIET = { eventProbability: 0 };
const BOTS = [bot('baseline-v1', 'one'), bot('greedy-script', 'two')];
const PATIENT = { ackTimeoutSeconds: 120, missedHeartbeatsMax: 20 };

test('partitions that say nothing to each other end where the same simulations end alone', async () => {
  const { runId } = await wholes.start({
    ...{
      name: 'apart',
      ticks: 20,
      agents: BOTS,
      coordination: { ...PATIENT, barrierEvery: 3, maxConcurrentPartitions: 2 },
    },
    partitions: ['north', 'east', 'south'].map((name, position) => ({ name, seed: 70 + position, neighbours: [] })),
  });
  const alone = await Promise.all([70, 71, 72].map((seed) => simulations.start({ ticks: 20, seed, agents: BOTS })));
  const whole = await wholes.ended(runId);
  expect(whole).toMatchObject({ status: 'completed', tick: 20, reason: null });
  const hashes = await Promise.all(alone.map(async (id) => (await simulations.ended(id)).hash));
  expect(whole.partitions.map(({ hash }) => hash)).toEqual(hashes);
  const { progress, agents, resourceUtilization } = await wholes.progress(runId);
  expect(progress).toMatchObject({ tick: 20, ticks: 20, percent: 100 });
  expect(resourceUtilization).toMatchObject({ playing: 0, calls: 0, costMicroUsd: 0, costLimitMicroUsd: 10_000_000 });
  expect(agents.map(({ partition, agentId, status }) => `${partition} ${agentId} ${status}`)).toEqual(
    ['north', 'east', 'south'].flatMap((name) => [`${name} one completed`, `${name} two completed`]),
  );
});

test('the library’s coordinator starts one, tells its bus, and says how every agent stands', async () => {
  const told: CoordinatorEvent[] = [];
  const client = new LonghaulClient({ url: served.under.url, token: TOKEN });
  const publish = (event: CoordinatorEvent) => void told.push(event);
  const coordinator = new DistributedCoordinator(client, { ...PATIENT, maxConcurrentPartitions: 1 }, { publish });
  const { runId, partitions } = await coordinator.startSimulation({ name: 'program', ticks: 2 }, [
    { id: 'one', kind: 'script', bot: 'baseline-v1' },
    { id: 'two', kind: 'script', bot: 'greedy-script', partition: 'south' },
    { id: 'three', kind: 'script', bot: 'greedy-script', partition: 'north' },
  ]);
  expect(partitions.map(({ name }) => name)).toEqual(['south', 'north']);
  await wholes.ended(runId);
  await until(
    () => Promise.resolve(told.map(({ type }) => type)),
    (types) => types.includes('run-completed'),
  );
  await coordinator.close();
  expect(told.map(({ type }) => type)).toEqual(['run-accepted', 'run-started', 'run-completed']);
  const { progress, resourceUtilization, agents } = (await coordinator.monitorProgress())!;
  expect(progress).toMatchObject({ tick: 2, percent: 100 });
  expect(resourceUtilization.playingMax).toBe(1);
  expect(agents.map(({ partition, agentId, status }) => `${partition} ${agentId} ${status}`)).toEqual([
    'south one completed',
    'south two completed',
    'north one completed',
    'north three completed',
  ]);
});

/** A price war in the north; whoever hears of it comes to other prices, and so to another hash. */
const AT_WAR = {
  ...{ name: 'at-war', ticks: 40, agents: BOTS, scenario: QUIET, coordination: PATIENT },
  partitions: [
    { name: 'north', scenario: WAR, seed: 7, neighbours: ['east'] },
    { name: 'east', seed: 7 },
    { name: 'south', seed: 7 },
  ],
};

test('a price war reaches the neighbours with the next day, whatever is killed meanwhile; the record replays alone', async () => {
  const { runId: undisturbed } = await wholes.start(AT_WAR);
  const expected = (await wholes.ended(undisturbed)).partitions.map(({ hash }) => hash);
  const { runId, partitions } = await wholes.start(AT_WAR);
  await wholes.when(runId, ({ tick }) => tick >= 8);
  await worker.stop('SIGKILL');
  worker = await served.system.startWorker('simulations');
  const end = await wholes.ended(runId);
  expect(end).toMatchObject({ status: 'completed', tick: 40 });
  expect(end.partitions.map(({ hash }) => hash)).toEqual(expected);
  const [, east, south] = partitions;
  const heard = (await simulations.ticks(east!.runId)).flatMap(({ tick, messages }) =>
    messages ? [[tick, messages]] : [],
  );
  const body = { event: 'price_war', sku: 'P001', severity: expect.any(Number) as number, days: 5 };
  expect(heard).toEqual([[4, [{ from: 'north', tick: 3, body }]]]);
  // The same luck: had the east heard nothing, it had come where the south came.
  expect((await simulations.ticks(south!.runId)).every(({ messages }) => messages === null)).toBe(true);
  expect(end.partitions[1]!.hash).not.toBe(end.partitions[2]!.hash);
  await expectReplays(east!.runId, 40);
});

async function expectReplays(runId: string, ticks: number): Promise<void> {
  const { text } = await served.under.api.get(`/simulations/${runId}/record`).expect(200);
  const lines = text
    .trim()
    .split('\n')
    .map((line) => recordLineSchema.parse(JSON.parse(line)));
  const lineage = lines.flatMap((line) => (line.type === 'definition' ? [line] : []));
  const again = new RecordReplay(WORLDS, lineage);
  const differences = lines.flatMap((line) => (line.type === 'tick' ? [again.play(line)] : []));
  expect(differences).toEqual(Array(ticks).fill(undefined));
  expect(again.hashesCompared).toBe(ticks);
}

test('a partition that does not answer in time, and one that is cancelled, are named; the rest goes on to the end', async () => {
  const person = { id: 'one', kind: 'human' };
  const { runId, partitions } = await wholes.start({
    ...{ name: 'failing', ticks: 6, agents: [bot('baseline-v1', 'one')] },
    coordination: { ackTimeoutSeconds: 8, heartbeatSeconds: 2, missedHeartbeatsMax: 50 },
    partitions: [{ name: 'north' }, { name: 'east', agents: [person] }, { name: 'south', agents: [person] }],
  });
  await simulations.when(partitions[2]!.runId, ({ status }) => status === 'running');
  await simulations.post(partitions[2]!.runId, 'pause').expect(409);
  await served.under.api.post(`/runs/${partitions[2]!.runId}/cancel`).expect(202);
  const end = await wholes.ended(runId);
  expect(end).toMatchObject({ status: 'partially_completed', reasonCode: 'partitions_not_completed', tick: 6 });
  expect(end.reason).toContain('east (ack_timeout), south (cancelled)');
  const [north, east, south] = end.partitions;
  expect(north).toMatchObject({ status: 'completed', tick: 6 });
  expect(east).toMatchObject({ status: 'failed', reasonCode: 'ack_timeout', tick: 0 });
  expect(south).toMatchObject({ status: 'cancelled' });
  const told = (await wholes.history(runId)).filter(({ type }) => type.startsWith('partition-'));
  expect(told.map(({ type, data }) => `${type} ${String(data['partition'])}`).sort()).toEqual([
    'partition-ended south',
    'partition-removed east',
  ]);
});

test('a partition plays where its wishes are met; when that worker dies it is named, and the rest goes on', async () => {
  const { system } = served;
  const eu = { region: 'eu' };
  const partitions = [{ name: 'north' }, { name: 'south', requires: eu }];
  expect(await wholes.refused({ partitions })).toContain('No registered worker offers region eu');
  const address = `${system.prefix}eu-simulations`;
  await registerRunner(system.pool, TENANT, { id: 'worker-eu', kind: 'worker', address, capabilities: eu }, 10);
  const european = await system.startWorker('simulations', { LONGHAUL_TASK_QUEUE_PREFIX: `${system.prefix}eu-` });
  const { runId } = await wholes.start({
    ...{ name: 'far', ticks: 100_000, agents: [bot('baseline-v1', 'one')], partitions },
    coordination: { ackTimeoutSeconds: 120, heartbeatSeconds: 1, missedHeartbeatsMax: 5 },
  });
  await wholes.when(runId, ({ tick }) => tick >= 3);
  const { resourceUtilization } = await wholes.progress(runId);
  expect(resourceUtilization.runners.map(({ taskQueue }) => taskQueue)).toEqual([
    `${system.prefix}simulations`,
    address,
  ]);
  await european.stop('SIGKILL');
  const removed = await wholes.removed(runId);
  expect(removed.data).toMatchObject({ partition: 'south', reasonCode: 'heartbeats_missed' });
  const { tick } = (await wholes.view(runId)).partitions[0]!;
  await wholes.when(runId, (whole) => whole.partitions[0]!.tick > tick);
  await wholes.post(runId, 'stop').expect(200);
  const end = await wholes.ended(runId);
  expect(end).toMatchObject({ status: 'partially_completed', reasonCode: 'stopped' });
});

test('the whole can be paused, with everybody at the same tick and everything recorded, and resumed and stopped', async () => {
  const { runId } = await wholes.start({
    ...{ ticks: 100_000, agents: [bot('baseline-v1', 'one')], partitions: [{ name: 'north' }, { name: 'south' }] },
    coordination: { ...PATIENT, heartbeatSeconds: 1, barrierEvery: 5 },
  });
  await wholes.when(runId, ({ tick }) => tick >= 5);
  await wholes.post(runId, 'pause').expect(200);
  await wholes.when(runId, ({ pausedAt }) => pausedAt !== null);
  const { progress } = await wholes.progress(runId);
  expect(progress.tick % 5).toBe(0);
  await wholes.when(runId, ({ partitions }) => partitions.every(({ tick }) => tick === progress.tick));
  await wholes.post(runId, 'resume').expect(200);
  await wholes.when(runId, ({ tick }) => tick > progress.tick);
  await wholes.post(runId, 'stop').expect(200);
  const end = await wholes.ended(runId);
  expect(end).toMatchObject({ status: 'partially_completed', reasonCode: 'stopped' });
  expect(new Set(end.partitions.map(({ tick }) => tick)).size).toBe(1);
  await wholes.post(runId, 'pause').expect(409);
});

test('what cannot be played is refused before anything is stored', async () => {
  const two = [{ name: 'north' }, { name: 'south' }];
  expect(await wholes.refused({ partitions: [] })).toContain('partitions');
  expect(await wholes.refused({ partitions: [...two, { name: 'north' }] })).toContain('is there twice');
  expect(await wholes.refused({ partitions: [{ name: 'north', neighbours: ['west'] }] })).toContain(
    'no other partition',
  );
  expect(await wholes.refused({ partitions: two, coordination: { ackTimeoutSeconds: 2 } })).toContain(
    'heartbeatSeconds',
  );
  const scenario = { startCash: 1 };
  expect(await wholes.refused({ partitions: [two[0], { ...two[1], scenario }] })).toContain(
    'partitions[1].scenario.startCash',
  );
});
