import { registerRunner } from '../../src/adapters/postgres';
import { violations } from '../support/ledger';
import { partitionedOf } from '../support/partitioned';
import { type Served, startServed } from '../support/served';
import { bot, seller, simulationsOf } from '../support/simulations';
import { TENANT } from '../support/system';
import { until } from '../support/until';

jest.setTimeout(240_000);

const WITHIN_MS = 60_000;
const FAR = { region: 'far' };
const PERSON = { id: 'one', kind: 'human' };
const PATIENT = { ackTimeoutSeconds: 120, heartbeatSeconds: 1, missedHeartbeatsMax: 60 };
const names = (...all: string[]) => all.map((name) => ({ name }));

let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let wholes: ReturnType<typeof partitionedOf>;
let startFar: () => ReturnType<Served['system']['startWorker']>;

beforeAll(async () => {
  served = await startServed(['io', 'llm', 'simulations']);
  simulations = simulationsOf(served);
  wholes = partitionedOf(served);
  const { system } = served;
  const address = `${system.prefix}far-simulations`;
  await registerRunner(system.pool, TENANT, { id: 'far', kind: 'worker', address, capabilities: FAR }, 10);
  startFar = () => system.startWorker('simulations', { LONGHAUL_TASK_QUEUE_PREFIX: `${system.prefix}far-` });
});
afterAll(() => served.close());

/** Waits until the person of a partition is asked for this tick. */
async function isAsked(runId: string, tick: number): Promise<void> {
  const asked = async () => {
    const { body } = await served.under.api.get(`/simulations/${runId}/requests`);
    return (body as { items?: { tick: number }[] }).items?.[0]?.tick;
  };
  await until(asked, (now) => now === tick, WITHIN_MS);
}

async function decide(runId: string, tick: number): Promise<void> {
  await isAsked(runId, tick);
  await simulations.steer(runId, 'answers', { agentId: 'one', decision: { accept_all_orders: true } });
}

const runIdsOf = ({ partitions }: { partitions: { runId: string }[] }) => partitions.map(({ runId }) => runId);
const handleOf = (workflowId: string) => served.system.temporal.client.workflow.getHandle(workflowId);

async function isClosed(runId: string): Promise<void> {
  const { workflowId } = await simulations.view(runId);
  const closed = async () => (await handleOf(workflowId).describe()).status.name;
  await until(closed, (status) => status !== 'RUNNING', WITHIN_MS);
}

test('one task queue plays so many at once: the others of it wait for their turn in the same tick, those of another do not', async () => {
  const far = await startFar();
  const whole = await wholes.start({
    ...{ name: 'lanes', ticks: 2, agents: [PERSON] },
    coordination: { ...PATIENT, partitionsPerRunner: 1 },
    partitions: [...names('north', 'east'), { name: 'south', requires: FAR }],
  });
  const [north, east, south] = runIdsOf(whole) as [string, string, string];
  const standings = async () =>
    (await wholes.progress(whole.runId)).progress.partitions.map(({ standing }) => standing);
  await isAsked(north, 0);
  await isAsked(south, 0);
  expect(await standings()).toEqual(['playing', 'due', 'playing']);
  const { resourceUtilization } = await wholes.progress(whole.runId);
  expect(resourceUtilization.runners).toMatchObject([
    { partitions: 2, playing: 1, playingMax: 1 },
    { partitions: 1, playing: 1, playingMax: 1 },
  ]);
  await decide(south, 0);
  await until(standings, (now) => now[2] === 'ready', WITHIN_MS);
  expect(await standings()).toEqual(['playing', 'due', 'ready']);
  await decide(north, 0);
  await isAsked(east, 0);
  expect(await standings()).toEqual(['ready', 'playing', 'ready']);
  await decide(east, 0);
  for (const runId of [north, south, east]) await decide(runId, 1);
  expect(await wholes.ended(whole.runId)).toMatchObject({ status: 'completed', tick: 2 });
  await far.stop();
});

test('the worker of a partition is killed in the middle of a window: the window is played on, to the same hashes', async () => {
  let far = await startFar();
  const play = async (name: string, betweenTicks: () => Promise<void>) => {
    const whole = await wholes.start({
      ...{ name, ticks: 8, seed: 5, coordination: { ...PATIENT, barrierEvery: 4 } },
      partitions: [
        { name: 'north', agents: [bot('baseline-v1', 'one')] },
        { name: 'south', agents: [PERSON], requires: FAR },
      ],
    });
    const [, south] = runIdsOf(whole) as [string, string];
    for (let tick = 0; tick < 8; tick += 1) {
      if (tick === 6) await betweenTicks();
      await decide(south, tick);
    }
    return await wholes.ended(whole.runId);
  };
  const undisturbed = await play('undisturbed', () => Promise.resolve());
  const killed = await play('killed', async () => {
    await far.stop('SIGKILL');
    far = await startFar();
  });
  expect(killed).toMatchObject({ status: 'completed', tick: 8 });
  expect(killed.partitions.map(({ hash }) => hash)).toEqual(undisturbed.partitions.map(({ hash }) => hash));
  await far.stop();
});

test('models of all partitions share the money of the whole: when it is gone each fails by name, and no answer is paid twice', async () => {
  const whole = await wholes.start({
    ...{ name: 'poor', ticks: 40, agents: [seller()], costBudgetUsd: 0.02, coordination: PATIENT },
    partitions: names('north', 'east', 'south'),
  });
  const end = await wholes.ended(whole.runId);
  expect(end).toMatchObject({ status: 'failed', reasonCode: 'partitions_not_completed' });
  expect(end.partitions.map(({ status, reasonCode }) => `${status} ${reasonCode}`)).toEqual(
    Array(3).fill('failed budget_exceeded'),
  );
  expect(end.costMicroUsd).toBeGreaterThan(0);
  expect(end.costMicroUsd).toBeLessThanOrEqual(20_000);
  // The provider's own log says what was answered; the ledger says what was paid, and for nothing else.
  const runIds = runIdsOf(whole);
  const accepted = (await served.paid()).filter((call) => runIds.some((runId) => call.startsWith(`${runId}/`)));
  expect(new Set(accepted).size).toBe(accepted.length);
  const { rows } = await served.system.pool.query<{ call: string; cost: number }>(
    `SELECT call_key AS call, actual_micro_usd::int AS cost FROM attempt WHERE state = 'settled' AND run_id = ANY ($1)`,
    [runIds],
  );
  expect(rows.map(({ call }) => call).sort()).toEqual([...accepted].sort());
  expect(rows.reduce((sum, { cost }) => sum + cost, 0)).toBe(end.costMicroUsd);
  const { resourceUtilization } = await wholes.progress(whole.runId);
  expect(resourceUtilization).toMatchObject({ calls: accepted.length, costMicroUsd: end.costMicroUsd });
  expect(await violations(served.system.pool)).toEqual([]);
});

test('a coordinator that is terminated leaves nobody behind: who plays finds it gone, and so does who waits', async () => {
  const playing = await wholes.start({
    ...{ name: 'terminated', ticks: 5, agents: [PERSON], coordination: PATIENT, partitions: names('north', 'south') },
  });
  for (const runId of runIdsOf(playing)) await isAsked(runId, 0);
  await handleOf(playing.workflowId).terminate('by a test');
  for (const runId of runIdsOf(playing)) {
    const { status, reasonCode } = await simulations.ended(runId);
    // By its next heartbeat, or by the sweep that closes the whole: whichever comes first.
    expect(['failed coordinator_gone', 'cancelled cancelled']).toContain(`${status} ${reasonCode}`);
    await isClosed(runId);
  }
  expect(await wholes.ended(playing.runId)).toMatchObject({ status: 'cancelled', reasonCode: 'workflow_terminated' });

  const paused = await wholes.start({
    ...{ name: 'paused', ticks: 1_000, agents: [bot('baseline-v1', 'one')], coordination: PATIENT },
    partitions: names('north', 'south'),
  });
  await wholes.when(paused.runId, ({ tick }) => tick >= 1);
  await wholes.post(paused.runId, 'pause').expect(200);
  await wholes.when(paused.runId, ({ pausedAt }) => pausedAt !== null);
  await handleOf(paused.workflowId).terminate('by a test');
  for (const runId of runIdsOf(paused)) {
    expect((await simulations.ended(runId)).status).toBe('cancelled');
    await isClosed(runId);
  }
});

test('a cancelled coordinator ends them all, also one that waits for its model', async () => {
  const { modelServer } = served.system;
  await modelServer.hold();
  const whole = await wholes.start({
    ...{ name: 'cancelled', ticks: 5, coordination: PATIENT },
    partitions: [
      { name: 'north', agents: [seller()] },
      { name: 'south', agents: [PERSON] },
    ],
  });
  const [north, south] = runIdsOf(whole) as [string, string];
  await isAsked(south, 0);
  await until(
    () => simulations.paid(north),
    ({ length }) => length === 1,
    WITHIN_MS,
  );
  await wholes.post(whole.runId, 'cancel').expect(202);
  const end = await wholes.ended(whole.runId);
  await modelServer.release();
  expect(end).toMatchObject({ status: 'cancelled', partitions: [{ status: 'cancelled' }, { status: 'cancelled' }] });
  await Promise.all([north, south].map(isClosed));
  await wholes.post(whole.runId, 'cancel').expect(409);
});

test('a partition that is terminated is named by the missing of its heartbeats, and the rest goes on', async () => {
  const whole = await wholes.start({
    ...{ name: 'bereft', ticks: 3, coordination: { ...PATIENT, missedHeartbeatsMax: 3 } },
    partitions: [
      { name: 'north', agents: [bot('baseline-v1', 'one')] },
      { name: 'south', agents: [PERSON] },
    ],
  });
  const [, south] = runIdsOf(whole) as [string, string];
  await isAsked(south, 0);
  await handleOf((await simulations.view(south)).workflowId).terminate('by a test');
  const removed = await wholes.removed(whole.runId);
  expect(removed.data).toMatchObject({ partition: 'south', reasonCode: 'heartbeats_missed' });
  expect(await wholes.ended(whole.runId)).toMatchObject({
    ...{ status: 'partially_completed', tick: 3 },
    partitions: [{ status: 'completed', tick: 3 }, { status: 'failed' }],
  });
});
