import { LonghaulClient, type ServerEvent } from '../../src/client';
import type { ArtifactHeaderView, ArtifactPage } from '../../src/contracts/api.schema';
import { TOKEN } from '../support/api';
import { type Served, startServed } from '../support/served';
import { seller, simulationsOf } from '../support/simulations';
import { eventually } from '../support/until';

jest.setTimeout(180_000);

const TICKS = 12;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

let served: Served;
beforeAll(async () => void (served = await startServed(['io', 'llm', 'simulations'])));
afterAll(() => served.close());

/** A program outside that listens to one session, through the package `longhaul`. */
function subscriberOf(sessionId: string, query: { after?: number } = {}) {
  const client = new LonghaulClient({ url: served.under.url, token: TOKEN });
  const leaving = new AbortController();
  const heard: ServerEvent[] = [];
  const finished = (async () => {
    for await (const event of client.events(`/events/artifacts:${sessionId}`, query, leaving.signal)) heard.push(event);
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  const headers = () => heard.map(({ data }) => data as ArtifactHeaderView);
  const leave = () => {
    leaving.abort();
    return finished;
  };
  return { heard, headers, leave };
}

test('who subscribes to a running simulation hears its artifacts in order and whole; who comes later, or back, catches up', async () => {
  const simulations = simulationsOf(served);
  const runId = await simulations.start({ ticks: TICKS, seed: 11, agents: [seller()] });
  const first = subscriberOf(runId);
  await eventually('four artifacts of the run', () => first.heard.length >= 4);
  expect((await simulations.view(runId)).status).toBe('running');

  const later = subscriberOf(runId);
  const back = subscriberOf(runId, { after: Number(first.heard[1]!.id) });
  await simulations.ended(runId);
  const isTold = ({ headers }: typeof first) => headers().some(({ tags }) => tags.includes('result'));
  for (const one of [first, later, back]) await eventually('the result', () => isTold(one));
  for (const one of [first, later, back]) await one.leave();

  // One call for each tick, then the result: steps without a gap, and what a search finds.
  expect(first.heard.map(({ type, id }) => [type, Number(id)])).toEqual(
    numbers(0, TICKS).map((step) => ['artifact', step]),
  );
  expect(first.headers().map(({ tags, meta }) => (tags.includes('decision') ? meta['tick'] : tags[0]))).toEqual([
    ...numbers(0, TICKS - 1),
    'result',
  ]);
  const { body } = await served.under.api.get(`/artifacts?session=${runId}&branch=main&limit=200`).expect(200);
  expect(first.headers()).toEqual((body as ArtifactPage).items.reverse());
  expect(later.heard).toEqual(first.heard);
  expect(back.heard).toEqual(first.heard.slice(2));
});
