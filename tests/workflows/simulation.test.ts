import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { workflowHistory } from '../../src/adapters/temporal';
import { bareHistorySchema, type TicksPage } from '../../src/contracts/api.schema';
import { HISTORY_BYTES_MAX } from '../../src/contracts/history-limits';
import { fastForward } from '../../src/domain/simulation/fast-forward';
import { play } from '../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../src/domain/simulation/position';
import { marketplace } from '../../src/domain/worlds/marketplace';
import type { MarketDecision } from '../../src/domain/worlds/marketplace/agent/decision';
import type { MarketState } from '../../src/domain/worlds/marketplace/state';
import { MARKET_BOTS } from '../../src/domain/worlds/marketplace/bots';
import { STANDARD_MARKET } from '../../src/domain/worlds/marketplace/scenario';
import { type Served, startServed } from '../support/served';
import { startSimulation } from '../support/simulation-situations';
import { bot, simulationsOf } from '../support/simulations';
import { until } from '../support/until';

jest.setTimeout(180_000);

let served: Served;
let simulations: ReturnType<typeof simulationsOf>;

beforeAll(async () => {
  served = await startServed(['simulations', 'io']);
  simulations = simulationsOf(served);
});
afterAll(() => served.close());

/** The same run, in this process. */
function playedHere(days: number, name: string, seed: number): string {
  let position = startingPosition<MarketState, MarketDecision>(marketplace.init({ ...STANDARD_MARKET, days }, seed));
  for (let day = 0; day < days; day += 1) position = dayOf(name, position);
  return positionHash(position);
}

/** The same, with the first day's orders on all days after it. */
function forwardedHere(days: number, name: string, seed: number): string {
  const first = dayOf(
    name,
    startingPosition<MarketState, MarketDecision>(marketplace.init({ ...STANDARD_MARKET, days }, seed)),
  );
  return positionHash(fastForward(marketplace, first, { untilTick: days, wake: [] }, days).position);
}

function dayOf(name: string, position: Position<MarketState, MarketDecision>) {
  const decide = MARKET_BOTS[name]!;
  const answer = { source: 'agent' as const, feedback: [] };
  return play(marketplace, position, ({ agentId, view }) => ({ agentId, decision: decide(view), ...answer })).position;
}

const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('180 days of a bot come to the hash that the engine comes to without Temporal', async () => {
  const runId = await simulations.start({ ticks: 180, seed: 7, agents: [bot('baseline-v1')] });
  const end = await simulations.ended(runId);
  expect(end).toMatchObject({ status: 'completed', tick: 180, reason: null, costMicroUsd: 0 });
  expect(end.hash).toBe(playedHere(180, 'baseline-v1', 7));
  const { body: run } = await served.under.api.get(`/runs/${runId}`).expect(200);
  expect(run).toMatchObject({ kind: 'simulation', agents: [{ name: 'seller', status: 'completed' }] });
  const ticks = await simulations.ticks(runId);
  expect(ticks.map(({ tick }) => tick)).toEqual(days(1, 180));
  expect(ticks.every(({ rounds }) => rounds?.[0]?.[0]?.source === 'agent')).toBe(true);
  const read = async (part: string) => await served.under.api.get(`/simulations/${runId}/${part}`).expect(200);
  expect((await read('snapshot')).body).toMatchObject({
    ...{ status: 'completed', paused: false, tick: 180, hash: end.hash, figures: ticks[179]!.figures },
    agents: [{ agentId: 'seller', kind: 'script', lastSource: 'agent' }],
  });
  const { text, headers } = await read('ticks.csv?after=170');
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  const [head, ...rows] = text.trim().split('\r\n');
  expect(head).toMatch(/^tick,asked,mood,storyline,.*\bcashCents\b/);
  expect(rows.map((row) => row.split(',')[0])).toEqual(days(171, 180).map(String));
  // A page may end within a tick: the next one goes on with the event after it.
  const paged: object[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await read(`events?limit=7&after=160${cursor === '' ? '' : `&cursor=${cursor}`}`);
    const page = body as { items: object[]; nextCursor: string | null };
    paged.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(paged.length).toBeGreaterThan(14);
  expect(paged).toEqual(((await read('events?limit=1000&after=160')).body as { items: object[] }).items);
});

test('a long fast-forward goes on over several histories: neither they nor what they hand on grow with it', async () => {
  const rules = [{ on: 'day-closed', when: 'always', do: { untilTick: 6_000 } }];
  const body = { ticks: 6_000, seed: 3, agents: [bot('greedy-script')], rules };
  const { workflowId, result } = await startSimulation(served.system, body, { continueAsNewAfterEvents: 12 });
  expect(await result()).toMatchObject({
    status: 'completed',
    ticks: 6_000,
    hash: forwardedHere(6_000, 'greedy-script', 3),
  });
  const { client } = served.system.temporal;
  const found = await workflowHistory(client, { workflowId, bytesMax: HISTORY_BYTES_MAX, whileOpen: false });
  if (typeof found === 'string') throw new Error(`the history is ${found}`);
  const histories = found.executions.map(({ history }) => bareHistorySchema.parse(history).events);
  expect(histories.length).toBeGreaterThan(2);
  expect(Math.max(...histories.map(({ length }) => length))).toBeLessThan(60);
  const handedOn = histories.slice(1).map(([first]) => JSON.stringify(first).length);
  expect(Math.max(...handedOn)).toBeLessThan(2 * Math.min(...handedOn));
});

test('a rule fast-forwards: economics go on, nobody is asked, and what was saved is said', async () => {
  const rules = [{ on: 'day-started', when: 'always', do: { untilTick: 20 } }];
  const runId = await simulations.start({ ticks: 22, agents: [bot('baseline-v1')], rules });
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 22 });
  const ticks = await simulations.ticks(runId);
  expect(ticks.filter(({ rounds }) => rounds !== null).map(({ tick }) => tick)).toEqual([1, 21, 22]);
  const sold = ticks.slice(1, 20).map(({ figures }) => figures['unitsSold']!);
  expect(Math.max(...sold)).toBeGreaterThan(0);
  const forwarded = (await simulations.history(runId)).filter(({ type }) => type === 'fast-forwarded');
  expect(forwarded[0]!.data).toMatchObject({ fromTick: 1, untilTick: 20, ticks: 19, callsSaved: 0 });
});

test('a run can be paused, given other rules, advanced by days, stopped; what is recorded follows at once', async () => {
  const runId = await simulations.start({ ticks: 1_000_000, agents: [bot('baseline-v1')] });
  await simulations.when(runId, ({ tick }) => tick > 0);
  await simulations.steer(runId, 'pause');
  const { tick } = await simulations.paused(runId);
  const rules = [{ on: 'day-started', when: 'always', do: { advance: 3 } }];
  const refused = async (body: object) =>
    JSON.stringify((await served.under.api.put(`/simulations/${runId}`).send(body).expect(422)).body);
  expect(await refused({ seed: 8, rules })).toMatch(/"seed".*fork/);
  expect(await refused({ agents: [bot('greedy-script')] })).toContain('longhaul fork');
  expect(await refused({ costBudgetUsd: 8 })).toContain('longhaul runs budget');
  expect(await refused({ rules: [{ ...rules[0], when: 'nope' }] })).toContain('has no condition');
  expect(await refused({ budgets: { seller: {} } })).toContain('agents with a model');
  expect(await refused({})).toContain('at least one');
  await simulations.change(runId, { rules, name: 'ruled' });
  await simulations.steer(runId, 'advance', { ticks: 5 });
  const advanced = await simulations.when(runId, (now) => now.tick === tick + 5 && now.pausedAt !== null);
  expect(advanced).toMatchObject({ status: 'running', rules, name: 'ruled' });
  const { body: after } = await served.under.api.get(`/simulations/${runId}/ticks?after=${tick}`).expect(200);
  expect((after as TicksPage).items.map(({ asked }) => asked)).toEqual([true, false, false, false, true]);
  await simulations.steer(runId, 'stop');
  const end = await simulations.ended(runId);
  expect(end).toMatchObject({ status: 'partially_completed', reasonCode: 'stopped', tick: tick + 5 });
  await simulations.post(runId, 'pause').expect(409);
  await served.under.api.put(`/simulations/${runId}`).send({ rules }).expect(409);
  await simulations.change(runId, { name: 'the quiet one' }); // people may call it otherwise whenever they like
  expect((await simulations.view(runId)).name).toBe('the quiet one');
});

test('created and started apart: what is created is checked, waits, and is played when it is told to', async () => {
  const { api } = served.under;
  const body = { ticks: 5, seed: 4, agents: [bot('baseline-v1')], start: false };
  const { body: created } = await api.post('/simulations').set('idempotency-key', 'apart').send(body).expect(201);
  const { runId } = created as { runId: string };
  expect(created).toMatchObject({ launch: 'held', status: 'pending' });
  await api
    .post('/simulations')
    .send({ ...body, ticks: 0 })
    .expect(422);
  // Neither a sweep nor the same request again starts it.
  const other = await simulations.ended(await simulations.start({ ...body, start: true }));
  const { body: again } = await api.post('/simulations').set('idempotency-key', 'apart').send(body).expect(201);
  expect(again).toEqual(created);
  expect(await simulations.view(runId)).toMatchObject({ status: 'pending', tick: 0 });
  await simulations.post(runId, 'pause').expect(409);
  expect((await simulations.post(runId, 'start').expect(201)).body).toMatchObject({ runId, launch: 'started' });
  await simulations.post(runId, 'start').expect((answer) => expect([201, 409]).toContain(answer.status)); // said twice
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 5, hash: other.hash });
  await simulations.post(runId, 'start').expect(409);

  const unwanted = await simulations.start(body);
  await api.post(`/runs/${unwanted}/cancel`).expect((answer) => expect([200, 202]).toContain(answer.status));
  expect((await simulations.ended(unwanted)).status).toBe('cancelled');
  await simulations.post(unwanted, 'start').expect(409);
});

test('a cancelled run ends as cancelled, with its ticks recorded', async () => {
  const runId = await simulations.start({ ticks: 1_000_000, agents: [bot('baseline-v1')] });
  await simulations.when(runId, ({ tick }) => tick > 0);
  await served.under.api.post(`/runs/${runId}/cancel`).expect(202);
  const { status, tick } = await simulations.ended(runId);
  expect(status).toBe('cancelled');
  expect((await simulations.ticks(runId)).slice(-1)[0]!.tick).toBeLessThanOrEqual(tick);
});

test('a person keeps the shop: sees the day, decides, and what is wrong with it is said next day', async () => {
  const runId = await simulations.start({ ticks: 2, agents: [{ id: 'seller', kind: 'human' }] });
  const asked = async () => {
    const { body } = await served.under.api.get(`/simulations/${runId}/requests`);
    return (
      body as { items?: { agentId: string; tick: number; view: { day: number; yesterday: { notes: string[] } } }[] }
    ).items?.[0];
  };
  const first = await until(asked, (request) => request !== undefined);
  expect(first).toMatchObject({ agentId: 'seller', tick: 0, view: { day: 1 } });
  const { body: refused } = await simulations.post(runId, 'answers', { agentId: 'nobody', decision: {} }).expect(409);
  expect(refused).toMatchObject({
    code: 'WrongState',
    problems: [{ message: expect.stringContaining('Nobody waits') }],
  });
  const decision = { accept_all_orders: true, price_changes: { P999: 5 } };
  await simulations.steer(runId, 'answers', { agentId: 'seller', decision });
  const second = await until(asked, (request) => request?.tick === 1);
  expect(second!.view.yesterday.notes.join(' ')).toContain('P999');
  await simulations.steer(runId, 'answers', { agentId: 'seller', decision: { accept_all_orders: true } });
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 2 });
});

test('a person who is late has standing orders until the due tick, then the fallback, recorded as such', async () => {
  const human = { id: 'seller', kind: 'human', dueAfterTicks: 2, waitSeconds: 0.2 };
  const runId = await simulations.start({ ticks: 4, agents: [human] });
  await simulations.ended(runId);
  const sources = (await simulations.ticks(runId)).map(({ rounds }) => rounds![0]![0]!.source);
  expect(sources).toEqual(['standing', 'standing', 'fallback', 'standing']);
});

test('a run that is stopped while it waits for a person ends with the day before', async () => {
  const runId = await simulations.start({ ticks: 2, agents: [{ id: 'seller', kind: 'human' }] });
  const requests = () => served.under.api.get(`/simulations/${runId}/requests`);
  await until(requests, ({ body }) => (body as { items?: unknown[] }).items?.length === 1);
  await simulations.steer(runId, 'stop');
  expect(await simulations.ended(runId)).toMatchObject({ status: 'partially_completed', tick: 0 });
});

test('a recording that comes to another hash is refused, and the run is parked', async () => {
  const runId = await simulations.start({ ticks: 3, agents: [{ id: 'seller', kind: 'human' }] });
  const requests = () => served.under.api.get(`/simulations/${runId}/requests`);
  await until(requests, ({ body }) => (body as { items?: unknown[] }).items?.length === 1);
  // Whoever records believes in another seed than the workflow: any world code that is not deterministic looks like this.
  await served.system.pool.query('UPDATE simulation SET seed = seed + 1 WHERE run_id = $1', [runId]);
  await simulations.steer(runId, 'answers', { agentId: 'seller', decision: { accept_all_orders: true } });
  await until(requests, ({ body }) => (body as { items: { tick: number }[] }).items[0]?.tick === 1);
  await simulations.steer(runId, 'pause');
  await simulations.steer(runId, 'answers', { agentId: 'seller', decision: { accept_all_orders: true } });
  const parked = async () => (await simulations.history(runId)).find(({ type }) => type === 'run-parked');
  const event = await until(parked, (found) => found !== undefined);
  expect(event!.data).toMatchObject({ reasonCode: 'recording_refused' });
  expect(JSON.stringify(event!.data)).toMatch(/has hash [0-9a-f]{64}; the run has/);
  expect((await simulations.ticks(runId)).length).toBe(0);
  await simulations.steer(runId, 'stop');
  expect(await simulations.ended(runId)).toMatchObject({ status: 'partially_completed', tick: 0 });
});

test('what cannot be played is refused before anything is stored', async () => {
  const refused = async (body: object) => {
    const { body: problem } = await served.under.api.post('/simulations').send(body).expect(422);
    return JSON.stringify(problem);
  };
  expect(await refused({ world: 'moon' })).toContain('Known: marketplace');
  expect(await refused({ agents: [bot('clever')] })).toContain('It has: ');
  expect(await refused({ scenario: { startCash: 1 } })).toContain('scenario.startCash');
  expect(await refused({ rules: [{ on: 'day-closed', when: 'nope', do: { advance: 1 } }] })).toContain('no condition');
  expect(await refused({ rules: [{ on: 'stokout', when: 'always', do: { advance: 1 } }] })).toContain(
    'no event \\"stokout\\". It has: day-closed, ',
  );
  expect(await refused({ agents: [bot('baseline-v1'), bot('baseline-v1')] })).toContain('is there twice');
});

test('a finished run leaves a result whose books balance, judged by the scenario it played', async () => {
  const yaml = await readFile(resolve(__dirname, '../../examples/scenarios/tier_0_baseline.yaml'), 'utf8');
  await served.under.api.post('/scenarios').set('content-type', 'application/yaml').send(yaml).expect(201);
  const runId = await simulations.start({ scenario: 'tier_0_baseline' });
  await simulations.ended(runId);
  const { body } = await served.under.api.get(`/simulations/${runId}/result`).expect(200);
  const { result, violations, verdicts } = body as {
    result: { results: { days: number; equityCents: number }; dailyPerformance: unknown[] };
    violations: unknown[];
    verdicts: { verdict: { passed: boolean } }[];
  };
  expect(violations).toEqual([]);
  expect(result.results.days).toBe(30);
  expect(result.dailyPerformance).toHaveLength(30);
  expect(verdicts).toHaveLength(1);
  expect(typeof verdicts[0]!.verdict.passed).toBe('boolean');
  const concluded = (await simulations.history(runId)).find(({ type }) => type === 'simulation-concluded');
  expect(concluded!.data).toMatchObject({ violations: 0, passed: verdicts[0]!.verdict.passed });
});

test('a run of more ticks than one look at the record brings is measured over all of them', async () => {
  const ticks = 2_050;
  const rules = [{ on: 'day-started', when: 'always', do: { untilTick: ticks } }];
  const runId = await simulations.start({ ticks, seed: 5, agents: [bot('greedy-script')], rules });
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: ticks });
  const { body } = await served.under.api.get(`/simulations/${runId}/result`).expect(200);
  const { result, violations, measured } = body as {
    result: { results: { days: number }; dailyPerformance: { day: number }[] };
    violations: object[];
    measured: { metrics: { tick: number } };
  };
  expect([violations, result.results.days, measured.metrics.tick]).toEqual([[], ticks, ticks]);
  expect(result.dailyPerformance.map(({ day }) => day)).toEqual(days(1, ticks));
});

test('a war game of an agent of any kind is a simulation, and is worth what the same game is worth played at once', async () => {
  const game = { tier: 2, days: 40, seed: 9, events: [{ type: 'price_war', severity: 90 }] };
  const { body: atOnce } = await served.under.api.post('/war-games').send(game).expect(200);
  const player = bot('baseline-v1');
  const { body: started } = await served.under.api
    .post('/war-games')
    .send({ ...game, player })
    .expect(201);
  const { runId } = started as { runId: string };
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 40, name: 'war-game' });
  const { body } = await served.under.api.get(`/simulations/${runId}/result`).expect(200);
  const { measured } = body as { measured: { metrics: object; resilience: object; resistance: object[] } };
  const { metrics, resilienceScore: score, eventsSurvived, totalEvents } = atOnce as Record<string, never>;
  expect(totalEvents).toBeGreaterThan(0);
  expect(measured).toEqual({ metrics, resistance: [], resilience: { score, eventsSurvived, totalEvents } });
});
