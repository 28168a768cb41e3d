import { type OwnRedis, startOwnRedis } from '../support/own-redis';
import type { Program } from '../support/programs';
import { type ServerEvent, viewerOf } from '../support/server-events';
import { type Served, startServed } from '../support/served';
import { simulationsOf } from '../support/simulations';

jest.setTimeout(180_000);

let redis: OwnRedis;
let served: Served;
let io: Program;

beforeAll(async () => {
  redis = await startOwnRedis();
  served = await startServed(['simulations'], { REDIS_URL: redis.url });
  io = await served.system.startWorker('io');
});
afterAll(async () => {
  await served.close();
  await redis.stop();
});

const TICKS = 24;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const tickOf = ({ data }: ServerEvent) => data['tick'] as number;
const framesOf = (events: ServerEvent[]) => events.filter(({ type, data }) => type === 'frame' && data['summary']);

/** Nobody answers for the shop, so every tick takes as long as a person is waited for, and its fallback decides. */
const slowly = (waitSeconds: number) => ({
  ...{ ticks: TICKS, seed: 5, failures: { inARow: 1_000 } },
  agents: [{ id: 'seller', kind: 'human', waitSeconds }],
});

test('a viewer sees each tick before it is recorded, and the rest from the record when Redis dies; the run is the same', async () => {
  const simulations = simulationsOf(served);
  const runId = await simulations.start(slowly(0.5));
  const live = (id: string) => `${served.under.url}/simulations/${id}/live`;
  const viewer = await viewerOf(`${live(runId)}?after=0`);
  const frameAt = (tick: number) =>
    viewer.first(`the frame of tick ${tick}`, (event) => event.type === 'frame' && tickOf(event) === tick);

  await frameAt(4);
  await io.stop('SIGTERM'); // nothing is recorded from here on
  const { tick: recorded } = await simulations.view(runId);
  expect((await frameAt(recorded + 3)).data).toMatchObject({ source: 'live', ticks: TICKS, state: 'going', calls: 0 });
  expect((await simulations.view(runId)).tick).toBe(recorded);

  io = await served.system.startWorker('io');
  await frameAt(recorded + 8);
  await redis.kill();
  const { data: warning } = await viewer.first('the warning', ({ type }) => type === 'warning');
  expect(warning).toMatchObject({ code: 'redis_unavailable' });
  await viewer.ended;
  const end = await simulations.ended(runId);

  const frames = framesOf(viewer.events);
  expect(frames.map(tickOf)).toEqual(numbers(1, TICKS));
  expect(frames.map(({ id }) => Number(id))).toEqual(numbers(1, TICKS));
  expect(frames.at(-1)!.data).toMatchObject({ source: 'record' });
  expect(viewer.events.filter(({ type }) => type === 'warning')).toHaveLength(1);
  expect(viewer.events.at(-1)).toMatchObject({ type: 'end', data: { status: 'completed', tick: TICKS } });
  const recordedTicks = await simulations.ticks(runId);
  expect(frames.map(({ data }) => data['summary'])).toEqual(
    recordedTicks.map(({ figures, storyline, mood }) => ({ figures, storyline, mood })),
  );

  await redis.restart();
  const undisturbed = await simulations.ended(await simulations.start(slowly(0.01)));
  expect(end).toMatchObject({ status: 'completed', tick: TICKS, hash: undisturbed.hash });

  // Who comes back names the last frame that came, also after the end; what is not its own it does not find.
  const again = await viewerOf(live(runId), { 'last-event-id': String(TICKS - 2) });
  await again.ended;
  expect(again.events.map(({ type, id }) => [type, Number(id)])).toEqual([
    ['frame', TICKS - 1],
    ['frame', TICKS],
    ['end', TICKS],
  ]);
  await served.under.api.get('/simulations/018f0000-0000-7000-8000-000000000000/live').expect(404);
  await served.under.api.get(`/simulations/${runId}/live`).set('last-event-id', 'x').expect(422);
  const stranger = await served.under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
  await stranger.api.get(`/simulations/${runId}/live`).expect(404);
});
