import { withTransaction } from '../../src/adapters/postgres';
import { startWorkflow, workflowHistory } from '../../src/adapters/temporal';
import { acceptSimulation } from '../../src/api/services/start-simulation';
import { startSimulationSchema } from '../../src/contracts/api.schema';
import { HISTORY_BYTES_MAX } from '../../src/contracts/history-limits';
import type { SimulationInput } from '../../src/contracts/simulation';
import { simulationSpec } from '../../src/control/launch-run';
import type { Program } from '../support/programs';
import { type Served, startServed } from '../support/served';
import { bot, seller, simulationsOf } from '../support/simulations';
import { INSTALLATION, startSimulation } from '../support/simulation-situations';
import { TENANT } from '../support/system';
import { until } from '../support/until';

jest.setTimeout(240_000);

let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let ticker: Program;
let models: Program;

beforeAll(async () => {
  served = await startServed(['io']);
  simulations = simulationsOf(served);
  ticker = await served.system.startWorker('simulations');
  models = await served.system.startWorker('llm');
});
afterAll(() => served.close());

/** The user's part of the last decision. */
async function lastPrompt(runId: string): Promise<string> {
  const { body } = await served.under.api.get(`/artifacts?session=${runId}&tag=decision&limit=1`).expect(200);
  const { ref } = (body as { items: { ref: string }[] }).items[0]!;
  const last = (await served.under.api.get(`/artifacts/${ref}`).expect(200)).body as {
    payload: { request: { messages: { content: string }[] } };
  };
  return last.payload.request.messages.at(-1)!.content;
}

/** What a model said with a decision. */
async function wordsOf(ref: string): Promise<{ reasoning: string }> {
  const { payload } = (await served.under.api.get(`/artifacts/${ref}`).expect(200)).body as {
    payload: { answer: { content: string } };
  };
  return JSON.parse(payload.answer.content) as { reasoning: string };
}

/** Everything that was handed to and fro in a run's histories; payloads are base64 in their JSON. */
async function historyText(runId: string): Promise<string> {
  const { workflowId } = await simulations.view(runId);
  const query = { workflowId, bytesMax: HISTORY_BYTES_MAX, whileOpen: true };
  const found = await workflowHistory(served.system.temporal.client, query);
  if (typeof found === 'string') throw new Error(`the history is ${found}`);
  const payloads = [...JSON.stringify(found.executions).matchAll(/"data":"([\w+/=]+)"/g)];
  return payloads.map((match) => Buffer.from(match[1]!, 'base64').toString('utf8')).join('\n');
}

/** The kinds of local activities. */
const stepsIn = (text: string) => [...new Set([...text.matchAll(/"activity_type":"(\w+)"/g)].map(([, name]) => name))];

const market = (ticks: number, more: object = {}) => ({ ticks, seed: 11, agents: [seller()], ...more });

test('a model keeps the shop: one paid call a day, and two runs of it end alike', async () => {
  const twins = await Promise.all([simulations.start(market(12)), simulations.start(market(12))]);
  const [one, two] = await Promise.all(twins.map(simulations.ended));
  expect(one).toMatchObject({ status: 'completed', tick: 12 });
  expect(one!.costMicroUsd).toBeGreaterThan(0);
  expect(one!.hash).toBe(two!.hash);
  const paid = await simulations.paid(twins[0]);
  expect(paid).toEqual(Array.from({ length: 12 }, (_, tick) => `${tick}/seller/0`));
  const ticks = await simulations.ticks(twins[0]);
  expect(ticks.every(({ rounds }) => rounds![0]![0]!.source === 'agent')).toBe(true);
  const { decision, wordsIn } = ticks[0]!.rounds![0]![0]!;
  expect(decision).toMatchObject({ reasoning: '' });
  const words = (await wordsOf(wordsIn!)).reasoning;
  expect(words).toMatch(/\w+ \w+/);
  expect(await historyText(twins[0])).not.toContain(words);
  const { body } = await served.under.api.get(`/simulations/${twins[0]}/result`).expect(200);
  const { result, measured } = body as {
    result: { execution: { inputTokens: number; outputTokens: number } };
    measured: { metrics: { breakdown: { cost: { dollars: number; tokens: number } } } };
  };
  const { cost } = measured.metrics.breakdown;
  expect(Math.round(cost.dollars * 1_000_000)).toBe(one!.costMicroUsd);
  expect(cost.tokens).toBe(result.execution.inputTokens + result.execution.outputTokens);
});

test('the worker of simulations and the llm worker are killed in the middle: same final hash, nothing stored is paid again', async () => {
  const undisturbed = await simulations.ended(await simulations.start(market(30)));
  const runId = await simulations.start(market(30));
  await until(
    () => simulations.paid(runId),
    ({ length }) => length >= 6,
  );
  await ticker.stop('SIGKILL');
  ticker = await served.system.startWorker('simulations');
  await until(
    () => simulations.paid(runId),
    ({ length }) => length >= 15,
  );
  await models.stop('SIGKILL');
  models = await served.system.startWorker('llm');
  const end = await simulations.ended(runId);
  expect(end).toMatchObject({ status: 'completed', tick: 30, hash: undisturbed.hash });
  const paid = await simulations.paid(runId);
  // One call is under way at a time, so the kill of its worker can repeat that one and no other.
  expect(new Set(paid).size).toBe(30);
  expect(paid.length).toBeLessThanOrEqual(31);
});

test('a fork shares what was decided before it and pays nothing of it; unchanged it ends like its parent', async () => {
  const parent = await simulations.start(market(16));
  const { hash } = await simulations.ended(parent);
  const before = (await simulations.ticks(parent)).slice(0, 8);
  const [same, bolder] = await Promise.all([
    simulations.fork(parent, { tick: 8 }),
    simulations.fork(parent, { tick: 8, agents: [seller('undercut 9 %')], name: 'bolder' }),
  ]);
  const [sameEnd, bolderEnd] = await Promise.all([same, bolder].map(simulations.ended));
  expect(sameEnd).toMatchObject({ status: 'completed', tick: 16, parentRunId: parent, forkTick: 8, hash });
  expect(bolderEnd).toMatchObject({ status: 'completed', tick: 16, name: 'bolder' });
  expect(bolderEnd!.hash).not.toBe(hash);
  for (const fork of [same, bolder]) {
    expect((await simulations.ticks(fork)).slice(0, 8)).toEqual(before);
    expect((await simulations.paid(fork))[0]).toBe('8/seller/0');
    expect(await simulations.paid(fork)).toHaveLength(8);
  }
});

test('agents that remember go on in a fork with what they knew: unchanged, it ends like its parent', async () => {
  const remembering = { ...seller(), memory: { mode: 'reflective' }, secondThoughts: 'advisory' };
  const ends = [remembering, { id: 'seller', kind: 'script', bot: 'ceo-v1' }].map(async (agent) => {
    const parent = await simulations.start(market(14, { agents: [agent] }));
    const { hash } = await simulations.ended(parent);
    const fork = await simulations.ended(await simulations.fork(parent, { tick: 9 }));
    expect(fork).toMatchObject({ status: 'completed', tick: 14, hash });
    return parent;
  });
  const [withMemory] = await Promise.all(ends);
  const { body } = await served.under.api.get(`/artifacts?session=${withMemory}&tag=decision&limit=1`).expect(200);
  const { ref } = (body as { items: { ref: string }[] }).items[0]!;
  const { body: last } = await served.under.api.get(`/artifacts/${ref}`).expect(200);
  expect(JSON.stringify(last)).toContain('What you learned on earlier days');
});

test('a model reviews what was learned: paid, in the next prompts, found again in a fork; its words are in no history', async () => {
  const reviewing = [{ mode: 'digest' }, { mode: 'reflective', reviews: 'model', promotion: 'llm_reflection' }];
  const ends = reviewing.map(async (memory) => {
    const parent = await simulations.start(market(12, { agents: [{ ...seller(), memory }] }));
    const { hash, costMicroUsd } = await simulations.ended(parent);
    const fork = await simulations.start(market(12, { agents: [seller()] }));
    expect(costMicroUsd).toBeGreaterThan((await simulations.ended(fork)).costMicroUsd);
    const same = await simulations.fork(parent, { tick: 7 });
    expect(await simulations.ended(same)).toMatchObject({ status: 'completed', tick: 12, hash });
    return [parent, same] as const;
  });
  for (const [parent, same] of await Promise.all(ends)) {
    const reviews = (paid: string[]) => paid.filter((key) => /^\d+\/seller\/review\/0$/.test(key));
    const paid = reviews(await simulations.paid(parent));
    expect(paid.length).toBeGreaterThan(5);
    expect(reviews(await simulations.paid(same))).toEqual(paid.filter((key) => Number.parseInt(key, 10) >= 7));
    const answers = (await simulations.ticks(parent)).map(({ rounds }) => rounds![0]![0]!.review?.by);
    expect(answers.filter((by) => by === 'model')).toHaveLength(paid.length);
    const prompts = await Promise.all([parent, same].map(lastPrompt));
    expect(prompts.every((prompt) => prompt.includes('As I see it: '))).toBe(true);
    // A fork is told the same in the same words, though they were said in its parent.
    expect(prompts[0]).toBe(prompts[1]);
    const history = await historyText(parent);
    expect(history).toContain('"wordsIn"');
    expect(history).not.toContain('As I see it');
  }
});

test('where the model of a review errs, its agent learns by the rules', async () => {
  const failing = { ...seller('', 'scripted-nobody'), memory: { mode: 'digest' } };
  // Something has to happen for rules to learn from, as the fallback changes nothing.
  const fair = { day: 2, type: 'demand_spike', sku: 'P001', severity: 0.5, durationDays: 4 };
  const run = { agents: [failing], failures: { inARow: 50 }, scenario: { scheduledEvents: [fair] } };
  const runId = await simulations.start(market(6, run));
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 6 });
  const reviews = (await simulations.ticks(runId)).flatMap(({ rounds }) => rounds![0]![0]!.review ?? []);
  expect(reviews.length).toBeGreaterThan(0);
  for (const { by, keep, feedback } of reviews)
    expect([by, keep, feedback.join()]).toEqual(['rules', [], expect.stringContaining('scripted-nobody')]);
});

test('a fork of a fork, and a fork with other rules', async () => {
  const parent = await simulations.start(market(10));
  await simulations.ended(parent);
  const crash = {
    change: {
      scheduledEvents: [{ day: 6, type: 'demand_crash', sku: 'P001', severity: 1, durationDays: 4 }],
      shifts: [{ name: 'strike', day: 7, durationDays: 2, effect: { costFactor: 2 } }],
      fees: 'marketplace',
    },
  };
  const changed = await simulations.fork(parent, { tick: 4, ...crash });
  const end = await simulations.ended(changed);
  const grandchild = await simulations.fork(changed, { tick: 7, ticks: 12 });
  const grandEnd = await simulations.ended(grandchild);
  expect(grandEnd).toMatchObject({ status: 'completed', tick: 12, forkTick: 7 });
  const [own, shared] = [await simulations.ticks(grandchild), await simulations.ticks(changed)];
  expect(own.map(({ tick }) => tick)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  expect(own.slice(0, 7)).toEqual(shared.slice(0, 7));
  expect(end.hash).not.toBe((await simulations.view(parent)).hash);
  // At the very tick of the fork before, which may not have begun yet: its change counts.
  const late = await simulations.fork(changed, { tick: 4 });
  expect(await simulations.ended(late)).toMatchObject({ tick: 10, hash: end.hash });
  const events = await served.under.api.get(`/simulations/${changed}/events?after=6&limit=2`).expect(200);
  expect(JSON.stringify(events.body)).toContain('strike');
  const strange = { ...crash.change.shifts[0], skus: ['P999'] };
  const refused = await simulations.post(parent, 'fork', { tick: 4, change: { shifts: [strange] } }).expect(422);
  expect(JSON.stringify(refused.body)).toContain('P999, which nobody sells');
  const version = await simulations.post(parent, 'fork', { tick: 4, worldVersion: 2 }).expect(422);
  expect(JSON.stringify(version.body)).toContain('can go on in no other one: version 2 is not here');
  await simulations.post(parent, 'fork', { tick: 11 }).expect(409);
  await simulations.post(parent, 'fork', { tick: 10 }).expect(422);
  await simulations.post(parent, 'fork', { tick: 4, agents: [{ ...seller(), id: 'other' }] }).expect(422);
});

test('a worker without the version that a run plays says which one it lacks, and the run waits for one that has it', async () => {
  const { pool, temporal, prefix } = served.system;
  const asked = startSimulationSchema.parse(market(3, { agents: [bot('baseline-v1')] }));
  const run = await withTransaction(pool, (tx) => acceptSimulation(tx, TENANT, asked, INSTALLATION));
  const spec = await simulationSpec({ pool, taskQueuePrefix: prefix }, { ...run, tenant: TENANT, name: asked.name });
  (spec.args[0] as SimulationInput).plan.worldVersion = 99;
  await startWorkflow(temporal.client, spec);
  const handle = temporal.client.workflow.getHandle(spec.workflowId);
  const failure = async () =>
    (await handle.fetchHistory()).events?.flatMap(
      (event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? [],
    );
  const said = await until(failure, (messages) => (messages?.length ?? 0) > 0);
  expect(said![0]).toContain('World "marketplace" version 99 is not in this program');
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate('the version is never deployed');
});

test('a hint is in every seller’s prompt of the next day, and of no other', async () => {
  const runId = await simulations.start(market(40, { agents: [seller(), { ...seller(), id: 'rival' }] }));
  await until(
    () => simulations.paid(runId),
    ({ length }) => length > 4,
  );
  await simulations.steer(runId, 'pause');
  const { tick } = await simulations.paused(runId);
  await simulations.steer(runId, 'hints', { text: 'A trade fair opens.' });
  const { body: unfit } = await simulations.post(runId, 'hints', { text: 'x', agentId: 'nobody' }).expect(422);
  expect(unfit).toMatchObject({ code: 'InvalidRequest', problems: [{ message: 'The run has no agent "nobody".' }] });
  await simulations.steer(runId, 'advance', { ticks: 2 });
  await simulations.when(runId, (now) => now.tick === tick + 2 && now.pausedAt !== null);
  const { body } = await served.under.api.get(`/artifacts?session=${runId}&tag=decision&limit=4`).expect(200);
  const refs = (body as { items: { ref: string }[] }).items.map(({ ref }) => ref);
  const prompts = await Promise.all(
    refs.map(async (ref) => JSON.stringify((await served.under.api.get(`/artifacts/${ref}`)).body)),
  );
  expect(prompts.map((text) => text.includes('A trade fair opens.'))).toEqual([false, false, true, true]); // newest first
  await simulations.steer(runId, 'stop');
  await simulations.ended(runId);
});

test('what was said in one history is not done again in the next: the same key, the same answer, nothing changed', async () => {
  const body = { ticks: 1_000, agents: [seller()] };
  const { runId, workflowId, state } = await startSimulation(served.system, body, { continueAsNewAfterEvents: 40 });
  const steer = async (key: string, action: string, content?: object) => {
    const { api } = served.under;
    const path = `/simulations/${runId}`;
    const ask = () =>
      (action === 'terms' ? api.put(path) : api.post(`${path}/${action}`)).set('idempotency-key', key).send(content);
    const { status, body: answer } = await until(ask, (given) => given.status !== 503, 120_000);
    expect([status, answer]).toEqual([200, { runId, done: true }]);
  };
  const said: Parameters<typeof steer>[] = [
    ['key-1', 'pause'],
    ['key-2', 'hints', { text: 'A trade fair begins.' }],
    ['key-3', 'terms', { failures: { inARow: 7 } }],
    ['key-4', 'terms', { failures: { inARow: 8 } }],
    ['key-5', 'resume'],
    ['key-6', 'advance', { ticks: 2 }],
  ];
  await simulations.when(runId, ({ tick }) => tick > 0);
  for (const one of said) await steer(...one);
  await simulations.paused(runId);

  const handle = served.system.temporal.client.workflow.getHandle(workflowId);
  const history = async () => (await handle.describe()).runId;
  const first = await history();
  await until(
    () => simulations.post(runId, 'pause'),
    ({ status }) => status === 200,
    120_000,
  );
  for (let more = 0; (await history()) === first; more += 1) {
    await steer(`more-${more}`, 'advance', { ticks: 3 });
    await until(state, ({ paused }) => paused, 120_000);
  }
  const { tick } = await until(state, ({ paused }) => paused, 120_000);
  const another = served.under.api.post(`/simulations/${runId}/advance`).set('idempotency-key', 'key-6');
  expect((await another.send({ ticks: 3 }).expect(422)).body).toMatchObject({ code: 'IdempotencyKeyReused' });
  for (const one of said) await steer(...one);
  const seen = [...(await historyText(runId)).matchAll(/"seen":(\[[^\]]*\])/g)].map(([, ids]) => ids!);
  // What was said without a key takes no place.
  const keyed = /^(\w+):(key|more)-\d+$/;
  expect((JSON.parse(seen.at(-1)!) as string[]).filter((id) => !keyed.test(id))).toEqual([]);
  // The API's memory of a key is lost where it was told and died; the run's is not.
  await served.system.pool.query('DELETE FROM idempotency');
  for (const one of said) await steer(...one);
  expect(await state()).toMatchObject({ paused: true, hints: 0, tick });
  // A key of its own is heard, and the first key's pause does not come after it.
  await steer('on', 'resume');
  await steer(...said[0]!);
  await simulations.when(runId, (view) => view.tick > tick + 1);
  const changed = (await simulations.history(runId)).filter(({ type }) => type === 'terms-changed');
  expect(changed.map(({ data }) => data['failures'])).toMatchObject([{ inARow: 7 }, { inARow: 8 }]);
  await steer('end', 'stop');
  expect((await simulations.ended(runId)).reasonCode).toBe('stopped');
  await steer('end', 'stop');
  const late = served.under.api.post(`/simulations/${runId}/stop`).set('idempotency-key', 'late');
  expect((await late.send().expect(409)).body).toMatchObject({ code: 'WrongState' });
});

test('a run whose money is gone is parked; with more of it, it goes on where it stood', async () => {
  const runId = await simulations.start(market(8, { costBudgetUsd: 0.005 }));
  const parked = await simulations.paused(runId);
  expect(parked.tick).toBeLessThan(8);
  const event = (await simulations.history(runId)).find(({ type }) => type === 'run-parked');
  expect(event!.data).toMatchObject({ reasonCode: 'budget_exceeded' });
  await served.under.api.post(`/runs/${runId}/budget`).send({ costBudgetUsd: 5 }).expect(200);
  await simulations.steer(runId, 'resume');
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 8, pausedAt: null });
  const paid = await simulations.paid(runId);
  expect(paid).toHaveLength(new Set(paid).size);
});

test('an agent that fails has its fallback, and too often in a row ends or parks the run', async () => {
  const failing = { agents: [seller('', 'scripted-nobody')], failures: { inARow: 3, then: 'end' } };
  const runId = await simulations.start(market(10, failing));
  const end = await simulations.ended(runId);
  expect(end).toMatchObject({ status: 'failed', reasonCode: 'agent_failing', tick: 3 });
  const sources = (await simulations.ticks(runId)).map(({ rounds }) => rounds![0]![0]!.source);
  expect(sources).toEqual(['fallback', 'fallback', 'fallback']);
  expect(end.reason).toContain('scripted-nobody');
});

test('a budget of five answers: one warning at the fourth, parked after the sixth; with three more it is asked again, resumed without more it is not', async () => {
  const budget = { tools: { decide: { run: { calls: 5 } } }, then: 'park' };
  const runId = await simulations.start(
    market(12, { agents: [{ ...seller(), budget }], failures: { inARow: 2, then: 'end' } }),
  );
  expect(await simulations.paused(runId)).toMatchObject({ status: 'running', tick: 6 });
  const parked = (await simulations.history(runId)).find(({ type }) => type === 'run-parked');
  expect(parked!.data).toMatchObject({ reasonCode: 'agent_over_budget' });
  const more = { budgets: { seller: { ...budget, tools: { decide: { run: { calls: 8 } } } } } };
  await simulations.change(runId, more);
  await simulations.change(runId, more); // what changes nothing is no news
  const agreed = async () => (await simulations.history(runId)).filter(({ type }) => type === 'terms-changed');
  const [first, ...others] = await until(agreed, ({ length }) => length > 0);
  expect(first!.data).toMatchObject({ tick: 6, budgets: { seller: { tools: { decide: { run: { calls: 8 } } } } } });
  await simulations.steer(runId, 'resume');
  await simulations.when(runId, ({ tick, pausedAt }) => tick === 9 && pausedAt !== null);
  await simulations.steer(runId, 'resume');
  const ended = await simulations.ended(runId);
  expect(ended).toMatchObject({ status: 'completed', tick: 12, agents: [{ budget: more.budgets.seller }] });
  expect([...others, ...(await agreed()).slice(1)]).toEqual([]);
  expect(await simulations.paid(runId)).toHaveLength(9);
  const answers = (await simulations.ticks(runId)).map(({ rounds }) => rounds![0]![0]!);
  expect(answers.map(({ source }) => source)).toEqual([
    ...['agent', 'agent', 'agent', 'agent', 'agent', 'fallback'],
    ...['agent', 'agent', 'fallback', 'fallback', 'fallback', 'fallback'],
  ]);
  expect(answers[11]!.feedback).toEqual(['Not asked: decide/run/calls (9 of 8) is exceeded.']);
  const said = (await simulations.history(runId)).filter(({ type }) => type.startsWith('budget-'));
  expect(said.map(({ type, data }) => [type, data])).toEqual([
    ['budget-warning', { tick: 4, budgetType: 'decide/run/calls', limit: 5, usage: 4 }],
    ['budget-exceeded', { tick: 6, budgetType: 'decide/run/calls', limit: 5, usage: 6, severity: 'hard_fail' }],
    ['budget-warning', { tick: 7, budgetType: 'decide/run/calls', limit: 8, usage: 7 }],
    ['budget-exceeded', { tick: 9, budgetType: 'decide/run/calls', limit: 8, usage: 9, severity: 'hard_fail' }],
  ]);
  const { body } = await served.under.api.get(`/artifacts?session=${runId}&tag=decision&limit=1`).expect(200);
  const { ref } = (body as { items: { ref: string }[] }).items[0]!;
  const { body: last } = await served.under.api.get(`/artifacts/${ref}`).expect(200);
  expect(JSON.stringify(last)).toContain('decide, this run: 8 of 8 calls (100 %) WARNING');
  // A fork goes on by what held at its tick.
  const fork = await simulations.fork(runId, { tick: 5, ticks: 6 });
  expect(await simulations.ended(fork)).toMatchObject({ agents: [{ budget }], tick: 6 });
});

test('a run is recorded once, grows by what is new, and replays with nobody to ask: the same hash, no cost', async () => {
  const use = (mode: string) => ({ cassette: { name: 'shop', mode } });
  const remembering = { agents: [{ ...seller(), memory: { mode: 'reflective' } }] };
  const recorded = await simulations.start(market(6, { ...remembering, ...use('record') }));
  const { hash } = await simulations.ended(recorded);
  expect(await simulations.paid(recorded)).toHaveLength(6);
  // The crash is seen from the morning of day 5, which is tick 4, on.
  const crash = { day: 5, type: 'demand_crash', sku: 'P001', severity: 1, durationDays: 4 };
  const crashed = { tick: 3, change: { scheduledEvents: [crash] } };
  const grown = await simulations.fork(recorded, { ...crashed, ...use('hybrid') });
  const grownEnd = await simulations.ended(grown);
  expect(await simulations.paid(grown)).toEqual(['4/seller/0', '5/seller/0']);
  const played = async (runId: string) => {
    const { events } = await served.system.temporal.client.workflow
      .getHandle((await simulations.view(runId)).workflowId)
      .fetchHistory();
    return events!.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
  };
  expect((await played(grown)).filter((name) => name === 'decide')).toHaveLength(2);

  await models.stop('SIGKILL');
  await served.system.modelServer.stop('SIGKILL');
  const [replayed, refork, other] = await Promise.all([
    simulations.start(market(6, { ...remembering, ...use('replay') })),
    simulations.fork(recorded, { ...crashed, ...use('replay') }),
    simulations.start(market(3, { agents: [seller('undercut 9 %')], ...use('replay') })),
  ]);
  expect(await simulations.ended(replayed)).toMatchObject({ status: 'completed', tick: 6, hash, costMicroUsd: 0 });
  expect(await simulations.ended(refork)).toMatchObject({ tick: 6, hash: grownEnd.hash, costMicroUsd: 0 });
  expect(await played(replayed)).not.toContain('decide');
  // So few ticks are played by the workflow itself, and answered by local steps.
  expect(stepsIn(await historyText(replayed))).toEqual(['playDecision']);
  const { body } = await served.under.api.get(`/runs/${replayed}`).expect(200);
  expect(body).toMatchObject({ statistics: { totalCalls: 0, cassetteHits: 6, cassetteMisses: 0 } });
  // Another prompt was never recorded: nobody is asked, and a fallback would make it another run.
  const missed = await simulations.ended(other);
  expect(missed).toMatchObject({ status: 'failed', reasonCode: 'cassette_miss', tick: 0 });
  expect(missed.reason).toContain('shop');
});
