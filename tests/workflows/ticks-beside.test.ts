import { workflowHistory } from '../../src/adapters/temporal';
import { HISTORY_BYTES_MAX } from '../../src/contracts/history-limits';
import type { Program } from '../support/programs';
import { type Served, startServed } from '../support/served';
import { viewerOf } from '../support/server-events';
import { bot, seller, simulationsOf } from '../support/simulations';

jest.setTimeout(240_000);

let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let io: Program;

beforeAll(async () => {
  served = await startServed(['simulations']);
  simulations = simulationsOf(served);
  io = await served.system.startWorker('io');
  await served.system.startWorker('llm');
});
afterAll(() => served.close());

async function loseIoWorker(): Promise<void> {
  await io.stop('SIGKILL');
  io = await served.system.startWorker('io');
}

async function historyOf(runId: string): Promise<string> {
  const { workflowId } = await simulations.view(runId);
  const query = { workflowId, bytesMax: HISTORY_BYTES_MAX, whileOpen: true };
  const found = await workflowHistory(served.system.temporal.client, query);
  if (typeof found === 'string') throw new Error(`the history is ${found}`);
  return JSON.stringify(found.executions);
}

/** Types of the activities that the run has scheduled, in order; local ones are not among them. */
async function activitiesOf(runId: string): Promise<string[]> {
  const types = [...(await historyOf(runId)).matchAll(/"activityType":\{"name":"(\w+)"\}/g)];
  return types.map(([, name]) => name!);
}

const forwarded = (ticks: number) => ({
  ...{ ticks, seed: 7, agents: [bot('greedy-script')] },
  rules: [{ on: 'day-started', when: 'always', do: { advance: ticks } }],
});

test('a fast-forward whose player is killed twice comes where the undisturbed one comes', async () => {
  const undisturbed = await simulations.ended(await simulations.start(forwarded(4_000)));
  const runId = await simulations.start(forwarded(4_000));
  for (const tick of [300, 1_500]) {
    await simulations.when(runId, (run) => run.tick >= tick);
    await loseIoWorker();
  }
  const end = await simulations.ended(runId);
  expect(end).toMatchObject({ status: 'completed', tick: 4_000, hash: undisturbed.hash });
  const activities = await activitiesOf(runId);
  expect(activities.filter((type) => type === 'playOn').length).toBeGreaterThan(2);
  expect(activities.filter((type) => type === 'recordTicks').length).toBeLessThan(4);
});

test('a dozen at once share one process and come to one end', async () => {
  const started = await Promise.all(Array.from({ length: 12 }, () => simulations.start(forwarded(800))));
  const ends = await Promise.all(started.map(simulations.ended));
  expect(new Set(ends.map(({ hash }) => hash)).size).toBe(1);
  expect(ends.every(({ status, tick }) => status === 'completed' && tick === 800)).toBe(true);
});

test('whoever looks on sees it go on within a stretch', async () => {
  const runId = await simulations.start(forwarded(6_000));
  const viewer = await viewerOf(`${served.under.url}/simulations/${runId}/live?after=0`);
  await viewer.ended;
  const live = viewer.events.filter(({ data }) => data['source'] === 'live' && data['state'] === 'forwarding');
  expect(live.length).toBeGreaterThan((await activitiesOf(runId)).filter((type) => type === 'playOn').length);
  expect(live.at(-1)!.data).toMatchObject({ ticks: 6_000, calls: 0, costMicroUsd: 0 });
});

test('what people say during a stretch is obeyed at its end: a pause, a hint that waits, days to advance', async () => {
  const runId = await simulations.start(forwarded(6_000));
  await simulations.when(runId, ({ tick }) => tick >= 200);
  await simulations.steer(runId, 'hints', { text: 'A trade fair opens.' });
  await simulations.steer(runId, 'pause');
  const { tick } = await simulations.paused(runId);
  expect(tick).toBeLessThan(6_000);
  await simulations.steer(runId, 'advance', { ticks: 40 });
  await simulations.when(runId, (run) => run.tick === tick + 40 && run.pausedAt !== null);
  await simulations.steer(runId, 'resume');
  const undisturbed = await simulations.ended(await simulations.start(forwarded(6_000)));
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 6_000, hash: undisturbed.hash });
});

test('a fast-forward that something wakes ends with that tick, however far a stretch would go', async () => {
  const rules = [{ on: 'day-started', when: 'always', do: { untilWake: ['stockout'], atMost: 300 } }];
  const runId = await simulations.start({ ticks: 300, seed: 7, agents: [bot('greedy-script')], rules });
  await simulations.ended(runId);
  const asked = (await simulations.ticks(runId)).filter(({ rounds }) => rounds !== null).map(({ tick }) => tick);
  const ends = (await simulations.history(runId)).filter(({ type }) => type === 'fast-forwarded');
  const woken = ends.flatMap(({ data }) => (data['wokenBy'] === 'stockout' ? [data['untilTick'] as number] : []));
  expect(woken.length).toBeGreaterThan(1);
  expect(asked).toEqual([1, ...woken.map((tick) => tick + 1)].filter((tick) => tick <= 300));
});

describe('a replay', () => {
  const remembering = { ...seller(), memory: { mode: 'reflective' } };
  const market = (mode: string, agent: object = seller()) => ({
    ...{ ticks: 100, seed: 11, agents: [agent] },
    cassette: { name: 'memory' in agent ? 'remembered' : 'long', mode },
  });

  async function hitsOf(runId: string): Promise<number> {
    const { body } = await served.under.api.get(`/runs/${runId}`).expect(200);
    return (body as { statistics: { cassetteHits: number } }).statistics.cassetteHits;
  }

  test('stores the answers of the ticks that it played: stopped, its player killed, or to its end', async () => {
    const recorded = await simulations.ended(await simulations.start(market('record')));
    const killed = await simulations.start(market('replay'));
    await simulations.when(killed, ({ tick }) => tick > 0);
    await loseIoWorker();
    const stopped = await simulations.start(market('replay'));
    await simulations.steer(stopped, 'stop');
    const whole = await simulations.start(market('replay'));

    const { tick } = await simulations.ended(stopped);
    expect(await hitsOf(stopped)).toBe(tick);
    for (const runId of [killed, whole]) {
      const end = { status: 'completed', tick: 100, hash: recorded.hash, costMicroUsd: 0 };
      expect(await simulations.ended(runId)).toMatchObject(end);
      expect(await hitsOf(runId)).toBe(100);
      expect(await simulations.paid(runId)).toEqual([]);
    }
    expect((await activitiesOf(whole)).filter((type) => type === 'playOn').length).toBeGreaterThan(0);
  });

  test('remembers as the recorded run did, and its fork goes on from what was known', async () => {
    const recorded = await simulations.start(market('record', remembering));
    const { hash } = await simulations.ended(recorded);
    const replayed = await simulations.start(market('replay', remembering));
    expect(await simulations.ended(replayed)).toMatchObject({ tick: 100, hash, costMicroUsd: 0 });
    const again = await simulations.fork(replayed, { tick: 60, cassette: market('replay', remembering).cassette });
    expect(await simulations.ended(again)).toMatchObject({ status: 'completed', tick: 100, hash });
  });

  test('that comes to what was never recorded plays up to there, and ends with the call that is missing', async () => {
    const recorded = await simulations.start(market('record'));
    await simulations.ended(recorded);
    const crash = { day: 60, type: 'demand_crash', sku: 'P001', severity: 1, durationDays: 4 };
    const fork = { tick: 2, change: { scheduledEvents: [crash] }, cassette: market('replay').cassette };
    const end = await simulations.ended(await simulations.fork(recorded, fork));
    expect(end).toMatchObject({ status: 'failed', reasonCode: 'cassette_miss' });
    expect([58, 59, 60, 61]).toContain(end.tick);
  });
});
