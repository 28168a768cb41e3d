import { getGraph, getRun, getRunEvents, listMembers } from '../../src/adapters/postgres';
import { startWorkflow } from '../../src/adapters/temporal';
import { agentRunStart } from '../../src/contracts/agent-run-start';
import type { BatchStarted, BatchView } from '../../src/contracts/api.schema';
import type { RunBatchInput, RunBatchResult } from '../../src/contracts/run-batch';
import { runBatchStart } from '../../src/contracts/run-batch-start';
import type { AgentGraph } from '../../src/domain/agents/agent-graph';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { echoAgent, echoGraph } from '../support/graphs';
import { until } from '../support/until';
import { startWorkingApi, type WorkingApi } from '../support/working-api';

const TENANT = 'default';

let under: WorkingApi;
beforeAll(async () => {
  under = await startWorkingApi();
  await store('quick', [echoAgent('a')]);
  await store('slow', [echoAgent('a', { says: '[[delay: 4500]]' })]);
  await store('endless', [echoAgent('a', { says: '[[delay: 60000]]' })]);
  await store('broken', [echoAgent('broken')]);
  await under.modelServer.setFaults('400:agent=broken');
});
afterAll(() => under.close());

const store = (name: string, agents: object[]) =>
  under.api.post('/graphs').send(echoGraph(agents, { name })).expect(201);
const start = async (body: object): Promise<BatchStarted> =>
  (await under.api.post('/batches').send(body).expect(201)).body;
const view = async (batchId: string): Promise<BatchView> =>
  (await under.api.get(`/batches/${batchId}`).expect(200)).body;
const ended = (batchId: string) =>
  until(
    () => view(batchId),
    ({ status }) => isTerminalRunStatus(status),
  );
const of = (...graphs: string[]) => graphs.map((graph) => ({ graph }));
const ms = (time: string | null) => Date.parse(time!);

test('a window slides over the runs; one that fails is reported, and the others complete', async () => {
  const { batchId, runIds } = await start({
    name: 'mixed',
    maxConcurrentRuns: 2,
    runs: of('quick', 'broken', 'quick', 'quick', 'quick', 'quick'),
  });
  const batch = await ended(batchId);
  expect(batch).toMatchObject({ status: 'partially_completed', reasonCode: 'runs_not_completed', launch: 'closed' });
  expect(batch.statistics).toMatchObject({ total: 6, completed: 5, failed: 1, pending: 0, running: 0 });
  expect(batch.runs.map(({ runId }) => runId)).toEqual(runIds);
  expect(batch.runs[1]).toMatchObject({ status: 'failed', reasonCode: 'too_many_failures', batchId });
  expect(batch.statistics.totalCostMicroUsd).toBe(batch.runs.reduce((sum, run) => sum + run.costMicroUsd, 0));
  const edges = batch.runs.flatMap(({ startedAt, completedAt }) => [
    { at: ms(startedAt), by: 1 },
    { at: ms(completedAt), by: -1 },
  ]);
  edges.sort((a, b) => a.at - b.at || a.by - b.by);
  let open = 0;
  expect(Math.max(...edges.map(({ by }) => (open += by)))).toBeLessThanOrEqual(2);
  const types = (await getRunEvents(under.deps.pool, { tenant: TENANT, runId: batchId, limit: 10 })).map(
    ({ type }) => type,
  );
  expect(types).toEqual(['run-accepted', 'run-started', 'run-partially-completed']);
});

test('a run whose turn has not come is started by nobody else, however long it waits', async () => {
  const { batchId } = await start({ maxConcurrentRuns: 1, runs: of('slow', 'quick') });
  const waiting = await until(
    () => view(batchId),
    ({ runs }) => runs[0]!.status === 'running',
  );
  expect(waiting.runs[1]).toMatchObject({ status: 'pending', launch: 'held' });
  const { status, runs } = await ended(batchId);
  expect(status).toBe('completed');
  expect(ms(runs[1]!.startedAt)).toBeGreaterThanOrEqual(ms(runs[0]!.completedAt));
});

test('cancel: what runs stops, what waits never begins, what was completed is kept', async () => {
  const { batchId } = await start({ maxConcurrentRuns: 2, runs: of('quick', 'endless', 'endless', 'quick') });
  await until(
    () => view(batchId),
    ({ runs }) => runs[0]!.status === 'completed',
  );
  await under.modelServer.until(({ inFlight }) => inFlight === 2);
  await under.api.post(`/batches/${batchId}/cancel`).expect(202);
  const { status, runs } = await ended(batchId);
  expect(status).toBe('cancelled');
  expect(runs.map((run) => [run.status, run.reasonCode])).toEqual([
    ['completed', null],
    ['cancelled', 'cancelled'],
    ['cancelled', 'cancelled'],
    ['cancelled', 'batch_ended'],
  ]);
  await under.modelServer.until(({ inFlight }) => inFlight === 0);
  await under.api.post(`/batches/${batchId}/cancel`).expect(409);
});

test('a run of a batch can be cancelled alone, before and after its turn', async () => {
  const { batchId, runIds } = await start({ maxConcurrentRuns: 1, runs: of('endless', 'quick', 'quick') });
  await under.modelServer.until(({ inFlight }) => inFlight === 1);
  await under.api.post(`/runs/${runIds[1]}/cancel`).expect(202);
  await under.api.post(`/runs/${runIds[0]}/cancel`).expect(202);
  const { status, runs } = await ended(batchId);
  expect(runs.map((run) => run.status)).toEqual(['cancelled', 'cancelled', 'completed']);
  expect(status).toBe('partially_completed');
});

test('a run whose workflow is terminated is reported as failed, and the batch goes on', async () => {
  const { batchId } = await start({ maxConcurrentRuns: 1, runs: of('endless', 'quick') });
  await under.modelServer.until(({ inFlight }) => inFlight === 1);
  const { runs } = await view(batchId);
  await under.deps.temporal!.client.workflow.getHandle(runs[0]!.workflowId).terminate();
  const after = await ended(batchId);
  expect(after.runs.map((run) => [run.status, run.reasonCode])).toEqual([
    ['failed', 'workflow_failed'],
    ['completed', null],
  ]);
});

describe('started by hand', () => {
  /** Written, but not started: with a hook, or after one of its runs. */
  async function written(body: object): Promise<BatchStarted> {
    const away = await under.variant((deps) => ({ ...deps, temporal: null }));
    return (await away.api.post('/batches').send(body).expect(202)).body as BatchStarted;
  }

  async function startByHand({ batchId, runIds }: BatchStarted, name: string, hook?: Partial<RunBatchInput>) {
    const { client } = under.deps.temporal!;
    const { taskQueuePrefix } = under.deps.settings.temporal;
    const parameters = { total: runIds.length, maxConcurrentRuns: 3 };
    const spec = runBatchStart({ tenant: TENANT, batchId, name, parameters, taskQueuePrefix });
    Object.assign(spec.args[0] as RunBatchInput, hook);
    await startWorkflow(client, spec);
    return (await client.workflow.getHandle(spec.workflowId).result()) as RunBatchResult;
  }

  test('drain and continue as new: every run once, none lost', async () => {
    const batch = await written({ name: 'long', maxConcurrentRuns: 3, runs: of(...Array<string>(10).fill('quick')) });
    const result = await startByHand(batch, 'long', { continueAsNewAfterEvents: 40 });
    expect(result).toMatchObject({ status: 'completed', total: 10, counts: { completed: 10 } });
    const executions = [];
    const query = `WorkflowId = '${batch.workflowId}'`;
    for await (const { status } of under.deps.temporal!.client.workflow.list({ query })) executions.push(status.name);
    expect(executions.filter((status) => status === 'CONTINUED_AS_NEW').length).toBeGreaterThan(1);
    const accepted = (await under.modelServer.readAccepted()).map(({ attemptKey }) => attemptKey!.split('/')[0]!);
    expect(accepted.filter((runId) => batch.runIds.includes(runId)).sort()).toEqual([...batch.runIds].sort());
  });

  test('a run that somebody else has started is waited for', async () => {
    const batch = await written({ name: 'foreign', maxConcurrentRuns: 3, runs: of('slow', 'quick') });
    const { pool, settings, temporal } = under.deps;
    const run = (await getRun(pool, TENANT, batch.runIds[0]!))!;
    const graph = (await getGraph(pool, TENANT, run.graphId!))!.definition as AgentGraph;
    const { taskQueuePrefix } = settings.temporal;
    await startWorkflow(
      temporal!.client,
      agentRunStart({ ...run, graphId: run.graphId!, graphName: run.name, graph, taskQueuePrefix }),
    );
    expect(await startByHand(batch, 'foreign')).toMatchObject({ status: 'completed', counts: { completed: 2 } });
  });

  test('a batch whose workflow is terminated leaves its runs alone, and those that waited are closed', async () => {
    const batch = await start({ maxConcurrentRuns: 1, runs: of('slow', 'quick') });
    await under.modelServer.until(({ inFlight }) => inFlight === 1);
    await under.deps.temporal!.client.workflow.getHandle(batch.workflowId).terminate();
    const members = await until(
      () => listMembers(under.deps.pool, TENANT, batch.batchId),
      (runs) => runs.every(({ launch }) => launch === 'closed'),
    );
    expect(members.map(({ status, reasonCode }) => [status, reasonCode])).toEqual([
      ['completed', null],
      ['cancelled', 'batch_ended'],
    ]);
    expect(await view(batch.batchId)).toMatchObject({ status: 'cancelled', reasonCode: 'workflow_terminated' });
  });

  test('1,000 runs are one transaction; all or none', async () => {
    const runs = of(...Array<string>(1_000).fill('quick'));
    const { batchId } = await written({ name: 'many', runs });
    const { body: refused } = await under.api
      .post('/batches')
      .send({ runs: [...of('quick'), { graph: 'nobody' }] })
      .expect(422);
    expect(refused.problems).toEqual([
      { path: 'runs[1].graph', message: expect.stringContaining('"nobody"') as string },
    ]);
    await under.api.post(`/batches/${batchId}/cancel`).expect(202);
    const { status, statistics } = await view(batchId);
    expect({ status, statistics }).toMatchObject({
      status: 'cancelled',
      statistics: { total: 1_000, cancelled: 1_000 },
    });
  });
});

test('the same Idempotency-Key is the same batch; a run is no batch, a batch no run, another tenant’s is unknown', async () => {
  const body = { runs: of('quick') };
  const post = () => under.api.post('/batches').set('idempotency-key', 'one').send(body).expect(201);
  const { batchId, runIds } = (await post()).body as BatchStarted;
  expect((await post()).body).toMatchObject({ batchId, runIds });
  await under.api.get(`/runs/${batchId}`).expect(404);
  for (const action of ['pause', 'retry']) await under.api.post(`/runs/${batchId}/${action}`).send({}).expect(404);
  await under.api.get(`/batches/${runIds[0]}`).expect(404);
  const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
  await other.api.get(`/batches/${batchId}`).expect(404);
  await other.api.post(`/batches/${batchId}/cancel`).expect(404);
  await ended(batchId);
});
