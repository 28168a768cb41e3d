import { type Served, startServed } from '../support/served';
import { bot, simulationsOf } from '../support/simulations';
import { partitionedOf } from '../support/partitioned';

jest.setTimeout(240_000);

let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let wholes: ReturnType<typeof partitionedOf>;

beforeAll(async () => {
  served = await startServed(['simulations', 'io']);
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
    ...{ name: 'apart', ticks: 20, agents: BOTS, coordination: { ...PATIENT, barrierEvery: 3, maxConcurrentPartitions: 2 } },
    partitions: ['north', 'east', 'south'].map((name, position) => ({ name, seed: 70 + position, neighbours: [] })),
  });
  const alone = await Promise.all(
    [70, 71, 72].map((seed) => simulations.start({ ticks: 20, seed, agents: BOTS })),
  );
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
