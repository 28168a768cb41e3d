import { randomUUID } from 'node:crypto';
import { connectTemporalLazily } from '../../src/adapters/temporal';
import type { RunResult, RunView } from '../../src/contracts/api.schema';
import { echoAgent, echoGraph } from '../support/graphs';
import { startServed, type Served } from '../support/served';
import { until } from '../support/until';

let served: Served;
beforeAll(async () => void (served = await startServed()));
afterAll(() => served.close());
afterEach(async () => {
  await served.system.modelServer.setFaults();
  await served.system.modelServer.release();
});

let graphs = 0;
const graph = (agents: object[], more: object = {}) => ({ ...echoGraph(agents, more), name: `control-${++graphs}` });
const post = (path: string, body: object = {}) => served.under.api.post(path).send(body);
const node = (run: RunView, name: string) => run.agents.find((agent) => agent.name === name)!;
const atWork = (count: number) => served.system.modelServer.until(({ inFlight }) => inFlight === count);
const outputsOf = async (runId: string) =>
  ((await served.under.api.get(`/runs/${runId}/result`).expect(200)).body as RunResult).outputs;
const eventTypes = async (runId: string) =>
  (await served.under.api.get(`/runs/${runId}/events`).expect(200)).body.items.map(
    ({ type }: { type: string }) => type,
  ) as string[];
const ageMs = async (runId: string) => {
  const { rows } = await served.system.pool.query<{ ms: number }>(
    'SELECT (extract(epoch FROM clock_timestamp() - started_at) * 1000)::float8 AS ms FROM run WHERE id = $1',
    [runId],
  );
  return rows[0]!.ms;
};

describe('pause and resume', () => {
  test('nothing new starts, what runs finishes, the clock stands still, and then it goes on', async () => {
    await served.system.modelServer.hold();
    const runId = await served.start(
      graph([echoAgent('first'), echoAgent('second', { dependencies: ['first'] })], { timeoutSeconds: 6 }),
    );
    await atWork(1);
    const { body } = await post(`/runs/${runId}/pause`).expect(200);
    expect(body).toMatchObject({ runId, paused: true });
    await served.system.modelServer.release();
    const paused = await served.when(
      runId,
      (run) => run.pausedAt !== null && node(run, 'first').status === 'completed',
    );
    expect(node(paused, 'second')).toMatchObject({ status: 'pending', calls: 0 });
    // Longer than the run may take: with a running clock it would end as a timeout meanwhile.
    await until(
      () => ageMs(runId),
      (ms) => ms > 7_000,
    );
    expect(node(await served.run(runId), 'second').status).toBe('pending');
    await post(`/runs/${runId}/pause`).expect(200);
    await post(`/runs/${runId}/resume`).expect(200);
    const ended = await served.ended(runId);
    expect(ended).toMatchObject({ status: 'completed', pausedAt: null });
    const events = await eventTypes(runId);
    expect(events.filter((type) => type === 'run-paused' || type === 'run-resumed')).toEqual([
      'run-paused',
      'run-resumed',
    ]);
  });

  test('a run that is over, or that Temporal cannot be told of, says so', async () => {
    const runId = await served.start(graph([echoAgent('only')]));
    await served.ended(runId);
    const { body } = await post(`/runs/${runId}/pause`).expect(409);
    expect(body).toMatchObject({ code: 'WrongState', detail: expect.stringContaining('completed') as string });
    const away = connectTemporalLazily({ address: '127.0.0.1:1', namespace: 'default' });
    const down = await served.under.variant((deps) => ({ ...deps, temporal: away }));
    const { body: accepted } = await down.api
      .post('/runs')
      .send({ graph: `control-${graphs}` })
      .expect(202);
    await down.api.post(`/runs/${accepted.runId}/pause`).expect(409);
    await served.ended(accepted.runId as string); // the worker starts it
    await served.system.modelServer.hold();
    const held = await served.start(graph([echoAgent('only')]));
    await atWork(1);
    const { body: problem } = await down.api.post(`/runs/${held}/pause`).expect(503);
    expect(problem.code).toBe('ServiceUnavailable');
    await served.system.modelServer.release();
    await served.ended(held);
    await away.close();
  });
});

describe('priority', () => {
  test('an agent whose priority is raised starts before the others', async () => {
    await served.system.modelServer.hold();
    const runId = await served.start(
      graph(
        [echoAgent('first', { priority: 7 }), echoAgent('second', { priority: 6 }), echoAgent('last', { priority: 1 })],
        {
          maxParallelAgents: 1,
        },
      ),
    );
    await atWork(1);
    await post(`/runs/${runId}/priority`, { node: 'ghost', priority: 9 }).expect(404);
    await post(`/runs/${runId}/priority`, { node: 'first', priority: 9 }).expect(409);
    await post(`/runs/${runId}/priority`, { node: 'last', priority: 11 }).expect(422);
    await post(`/runs/${runId}/priority`, { node: 'last', priority: 7 }).expect(200);
    await served.system.modelServer.release();
    const { agents } = await served.ended(runId);
    const order = agents.toSorted((a, b) => Date.parse(a.startedAt!) - Date.parse(b.startedAt!));
    expect(order.map(({ name }) => name)).toEqual(['first', 'last', 'second']);
    expect(await eventTypes(runId)).toContain('priority-changed');
  });
});

describe('budget', () => {
  test('a raised limit lets a waiting call go, and only upward', async () => {
    await served.system.modelServer.hold();
    // Room for the worst case of one call, not of two.
    const runId = await served.start(graph([echoAgent('a'), echoAgent('b')], { costBudgetUsd: 0.0002 }));
    await atWork(1);
    await served.when(runId, ({ agents }) => agents.some(({ waitingSince }) => waitingSince !== null));
    const { body: refused } = await post(`/runs/${runId}/budget`, { costBudgetUsd: 0.0001 }).expect(422);
    expect(refused.problems[0]).toMatchObject({
      path: 'costBudgetUsd',
      message: expect.stringContaining('$0.0002') as string,
    });
    await post(`/runs/${runId}/budget`, { costBudgetUsd: 1, agent: 'ghost' }).expect(404);
    const key = randomUUID();
    const { body } = await post(`/runs/${runId}/budget`, { costBudgetUsd: 1 }).set('idempotency-key', key).expect(200);
    expect(body).toMatchObject({ runId, agent: null, budget: { limitMicroUsd: 1_000_000 } });
    await atWork(2);
    const again = await post(`/runs/${runId}/budget`, { costBudgetUsd: 1 }).set('idempotency-key', key).expect(200);
    expect(again.body).toEqual(body);
    await served.system.modelServer.release();
    expect(await served.ended(runId)).toMatchObject({ status: 'completed' });
    expect((await eventTypes(runId)).filter((type) => type === 'budget-raised')).toHaveLength(1);
    await post(`/runs/${runId}/budget`, { costBudgetUsd: 2 }).expect(409);
  });
});

describe('retry of what failed', () => {
  test('copies outputs, pays nothing again, and is one run per key', async () => {
    await served.system.modelServer.setFaults('400:agent=broken');
    const runId = await served.start(
      graph([
        echoAgent('good'),
        echoAgent('broken', { dependencies: ['good'] }),
        echoAgent('after', { dependencies: ['broken'] }),
      ]),
    );
    expect(await served.ended(runId)).toMatchObject({ status: 'partially_completed' });
    await served.system.modelServer.setFaults();
    const paidBefore = await served.paid();
    const key = randomUUID();
    const { body } = await post(`/runs/${runId}/retry`).set('idempotency-key', key).expect(201);
    const replayed = await post(`/runs/${runId}/retry`).set('idempotency-key', key).expect(201);
    expect(replayed.body.runId).toBe(body.runId);
    const ended = await served.ended(body.runId as string);
    expect(ended).toMatchObject({ status: 'completed', parentRunId: runId, graph: { version: 1 } });
    expect(node(ended, 'good')).toMatchObject({
      status: 'completed',
      reusedFromRunId: runId,
      costMicroUsd: 0,
      calls: 0,
    });
    expect(node(ended, 'broken')).toMatchObject({ status: 'completed', reusedFromRunId: null, calls: 1 });
    expect((await served.paid()).slice(paidBefore.length).sort()).toEqual([`${runId}/after/0`, `${runId}/broken/0`]);
    const [old, fresh] = [await outputsOf(runId), await outputsOf(body.runId as string)];
    expect(fresh['good']).toMatchObject({ output: old['good']!.output, costMicroUsd: 0 });
    expect((fresh['after']!.output as { content: string }).content).toContain('Agent: after');
    expect(ended.budget!.settledMicroUsd).toBe(node(ended, 'broken').costMicroUsd + node(ended, 'after').costMicroUsd);
    await post(`/runs/${body.runId}/retry`).expect(409); // all completed
  });

  test('an answer that another retry has paid for becomes the output without a second payment', async () => {
    await served.system.modelServer.setFaults('400:agent=broken');
    const runId = await served.start(graph([echoAgent('good'), echoAgent('broken')]));
    await served.ended(runId);
    await served.system.modelServer.setFaults();
    const [one, other] = [
      await post(`/runs/${runId}/retry`).expect(201),
      await post(`/runs/${runId}/retry`).expect(201),
    ];
    const views = [await served.ended(one.body.runId as string), await served.ended(other.body.runId as string)];
    expect(views.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(views.map((view) => node(view, 'broken').calls).sort()).toEqual([0, 1]);
    expect((await served.paid()).filter((callKey) => callKey === `${runId}/broken/0`)).toHaveLength(1);
    const outputs = [await outputsOf(one.body.runId as string), await outputsOf(other.body.runId as string)];
    expect(outputs[0]!['broken']!.output).toEqual(outputs[1]!['broken']!.output);
    expect(outputs[0]!['broken']!.outputRef).not.toBe(outputs[1]!['broken']!.outputRef);
  });

  test('answers that were no use are asked for anew, under keys of the new run', async () => {
    await served.system.modelServer.setFaults('bad-json:agent=muddled');
    const llmConfig = { model: 'scripted-echo', maxTokens: 200, responseFormat: 'json' };
    const runId = await served.start(
      graph([echoAgent('muddled', { llmConfig, says: 'Answer as JSON.' }), echoAgent('good')]),
    );
    expect(node(await served.ended(runId), 'muddled')).toMatchObject({ status: 'failed', reasonCode: 'bad_output' });
    await served.system.modelServer.setFaults();
    const { body } = await post(`/runs/${runId}/retry`).expect(201);
    expect(await served.ended(body.runId as string)).toMatchObject({ status: 'completed' });
    expect(await served.paid()).toContain(`${body.runId}/muddled/0`);
  });

  test('a run that goes on is not retried', async () => {
    await served.system.modelServer.hold();
    const runId = await served.start(graph([echoAgent('only')]));
    await atWork(1);
    await post(`/runs/${runId}/retry`).expect(409);
    await served.system.modelServer.release();
    await served.ended(runId);
  });
});

test('a cancellation while Temporal is away is kept and passed on; the request under way is aborted', async () => {
  const away = connectTemporalLazily({ address: '127.0.0.1:1', namespace: 'default' });
  const down = await served.under.variant((deps) => ({ ...deps, temporal: away }));
  const runId = await served.start(graph([echoAgent('slow', { says: '[[delay: 60000]]' })]));
  await atWork(1);
  await down.api.post(`/runs/${runId}/cancel`).expect(202);
  expect(await served.ended(runId)).toMatchObject({ status: 'cancelled' });
  await atWork(0);
  await away.close();
});
