import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { getBudgets, getRun, getRunEvents, getRunNodes, listAttempts } from '../../src/adapters/postgres';
import type { AgentRunStateView } from '../../src/contracts/agent-run';
import { budgetId } from '../../src/domain/kernel/ids';
import { echoAgent, echoGraph, layeredGraph } from '../support/graphs';
import { startModelServer } from '../support/model-server';
import { startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

const example = (name: string) =>
  parse(readFileSync(resolve(__dirname, `../../examples/graphs/${name}.yaml`), 'utf8')) as object;

let system: System;
beforeAll(async () => void (system = await startSystem({ workers: ['workflows', 'llm', 'io'] })));
afterAll(() => system.close());
afterEach(() => system.modelServer.setFaults());

const nodesOf = (run: StartedRun) => getRunNodes(system.pool, TENANT, run.runId);
const attemptsOf = (run: StartedRun) => listAttempts(system.pool, { tenant: TENANT, runId: run.runId, limit: 2_000 });
const billedOf = async (run: StartedRun) =>
  (await system.modelServer.readAccepted()).filter(({ attemptKey }) => attemptKey?.startsWith(run.runId));
const byName = async (run: StartedRun) => Object.fromEntries((await nodesOf(run)).map((node) => [node.name, node]));

describe('a run that goes well', () => {
  test('the ERP graph: eleven agents complete, each answer paid once and used by those who depend on it', async () => {
    const run = await system.startRun(example('erp-daily-operations'));
    const result = await run.result();
    expect(result).toMatchObject({ status: 'completed', completed: 11, total: 11 });
    const attempts = await attemptsOf(run);
    expect(attempts.map(({ state }) => state)).toEqual(Array(11).fill('settled'));
    expect((await billedOf(run)).map(({ attemptKey }) => attemptKey).sort()).toEqual(
      attempts.map(({ attemptKey }) => attemptKey).sort(),
    );
    expect(result.costMicroUsd).toBe(attempts.reduce((sum, { actualMicroUsd }) => sum + actualMicroUsd!, 0));
    expect(await getRun(system.pool, TENANT, run.runId)).toMatchObject({
      status: 'completed',
      launch: 'closed',
      costMicroUsd: result.costMicroUsd,
    });
  });

  test('a level of 25 with 10 parallel completes all 25, never more than 10 at once', async () => {
    const agents = Array.from({ length: 25 }, (_, i) => echoAgent(`n${i}`, { says: '[[delay: 100]]' }));
    const run = await system.startRun(echoGraph(agents, { maxParallelAgents: 10 }));
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 25 });
    expect(mostAtOnce(await attemptsOf(run))).toBeLessThanOrEqual(10);
  });

  test('a slow agent does not delay an unrelated branch', async () => {
    const run = await system.startRun(
      echoGraph([
        echoAgent('slow', { says: '[[delay: 1500]]' }),
        echoAgent('quick'),
        echoAgent('after_quick', { dependencies: ['quick'] }),
      ]),
    );
    await run.result();
    const nodes = await byName(run);
    expect(nodes['after_quick']!.completedAt!.getTime()).toBeLessThan(nodes['slow']!.completedAt!.getTime());
  });

  test('at most 7 history events per call', async () => {
    const chain = Array.from({ length: 20 }, (_, i) =>
      echoAgent(`n${i}`, { dependencies: i === 0 ? [] : [`n${i - 1}`] }),
    );
    const run = await system.startRun(echoGraph(chain));
    await run.result();
    const { events } = await system.temporal.client.workflow.getHandle(run.workflowId).fetchHistory();
    expect(events!.length).toBeLessThanOrEqual(20 * 7);
  });

  test('the live query and the read model agree at the end', async () => {
    const run = await system.startRun(echoGraph([echoAgent('a'), echoAgent('b', { dependencies: ['a'] })]));
    await run.result();
    const view = await system.temporal.client.workflow
      .getHandle(run.workflowId)
      .query<AgentRunStateView>('agentRunState');
    expect(view.nodes.map(({ name, status }) => ({ name, status }))).toEqual(
      (await nodesOf(run)).map(({ name, status }) => ({ name, status })),
    );
    expect(view.progressSeq).toBe((await getRun(system.pool, TENANT, run.runId))!.progressSeq);
  });
});

describe('failures', () => {
  test('a failed agent is retried up to its limit, its dependents are cancelled with its name, others complete', async () => {
    await system.modelServer.setFaults('500:agent=broken');
    const run = await system.startRun(
      echoGraph([
        echoAgent('broken', { maxRetries: 2 }),
        echoAgent('after', { dependencies: ['broken'] }),
        echoAgent('other'),
        echoAgent('another'),
      ]),
    );
    expect(await run.result()).toMatchObject({
      status: 'partially_completed',
      completed: 2,
      reasonCode: 'agents_not_completed',
    });
    const nodes = await byName(run);
    expect(nodes['broken']).toMatchObject({ status: 'failed', reasonCode: 'retries_exhausted', modelFailures: 3 });
    expect(nodes['after']).toMatchObject({
      status: 'cancelled',
      reasonCode: 'dependency_failed',
      reason: 'Agent "broken" ended as failed.',
    });
    const rejected = (await system.modelServer.readLog()).filter(
      (line) => line.kind === 'rejected' && line.attemptKey?.startsWith(run.runId),
    );
    expect(rejected).toHaveLength(3);
  });

  test('a failure that a retry mends leaves no trace of an error', async () => {
    await system.modelServer.setFaults('500:agent=shaky,times=2');
    const run = await system.startRun(echoGraph([echoAgent('shaky')]));
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect((await byName(run))['shaky']).toMatchObject({
      status: 'completed',
      reasonCode: null,
      reason: null,
      modelFailures: 2,
    });
  });

  test('a permanent rejection is not retried', async () => {
    await system.modelServer.setFaults('400:agent=wrong');
    const run = await system.startRun(echoGraph([echoAgent('wrong')]));
    expect(await run.result()).toMatchObject({ status: 'failed', completed: 0 });
    expect((await byName(run))['wrong']).toMatchObject({
      status: 'failed',
      reasonCode: 'model_refused',
      modelFailures: 1,
    });
  });

  test('a critical agent ends the run, what runs is cancelled and its request aborted', async () => {
    await system.modelServer.setFaults('400:agent=critical');
    const run = await system.startRun(
      echoGraph([echoAgent('critical', { priority: 8 }), echoAgent('slow', { says: '[[delay: 20000]]' })]),
    );
    expect(await run.result()).toMatchObject({ status: 'failed', reasonCode: 'critical_agent_failed' });
    expect((await byName(run))['slow']).toMatchObject({ status: 'cancelled', reasonCode: 'critical_agent_failed' });
    await system.modelServer.until(({ inFlight }) => inFlight === 0);
  });

  test('an answer that is not the JSON asked for is asked again once, as a call of its own', async () => {
    await system.modelServer.setFaults('bad-json:agent=json,times=1');
    const run = await system.startRun(
      echoGraph([
        echoAgent('json', {
          says: 'Answer in json.',
          llmConfig: { model: 'scripted-echo', maxTokens: 80, responseFormat: 'json' },
        }),
      ]),
    );
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect((await attemptsOf(run)).map(({ attemptKey }) => attemptKey.slice(run.runId.length))).toEqual([
      '/json/0#1',
      '/json/1#1',
    ]);
  });

  test('the run timeout ends in a status and aborts what runs', async () => {
    const run = await system.startRun(
      echoGraph([echoAgent('slow', { says: '[[delay: 30000]]' })], { timeoutSeconds: 1 }),
    );
    expect(await run.result()).toMatchObject({ status: 'failed', reasonCode: 'run_timeout' });
    await system.modelServer.until(({ inFlight }) => inFlight === 0);
  });

  test('an agent that does not answer in time fails after its retries', async () => {
    await system.modelServer.setFaults('hang:agent=silent');
    const run = await system.startRun(echoGraph([echoAgent('silent', { timeoutSeconds: 1, maxRetries: 1 })]));
    expect(await run.result()).toMatchObject({ status: 'failed' });
    expect((await byName(run))['silent']).toMatchObject({ status: 'failed', reasonCode: 'retries_exhausted' });
    expect((await attemptsOf(run)).map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  });
});

describe('budgets', () => {
  test('an agent whose worst case never fits is refused before anything is sent; others go on', async () => {
    const run = await system.startRun(
      echoGraph([echoAgent('dear', { costLimitUsd: 0.000001 }), echoAgent('cheap'), echoAgent('cheap_too')]),
    );
    expect(await run.result()).toMatchObject({ status: 'partially_completed', completed: 2 });
    expect((await byName(run))['dear']).toMatchObject({ status: 'budget_exceeded', reasonCode: 'budget_exceeded' });
    expect((await billedOf(run)).some(({ agent }) => agent === 'dear')).toBe(false);
  });

  test('an exhausted run budget: the run fails as workflow_budget_exceeded, completed work is kept, nothing is overspent', async () => {
    const chain = Array.from({ length: 8 }, (_, i) =>
      echoAgent(`n${i}`, { dependencies: i === 0 ? [] : [`n${i - 1}`], says: '[[tokens: 50]]' }),
    );
    const run = await system.startRun(echoGraph(chain, { costBudgetUsd: 0.0005 }));
    const result = await run.result();
    expect(result).toMatchObject({ status: 'failed', reasonCode: 'workflow_budget_exceeded' });
    expect(result.completed).toBeGreaterThan(0);
    const budget = (await getBudgets(system.pool, TENANT, [budgetId.run(run.runId)]))[0]!;
    expect(budget.settledMicroUsd + budget.reservedMicroUsd + budget.unknownMicroUsd).toBeLessThanOrEqual(
      budget.limitMicroUsd,
    );
    expect(budget.reservedMicroUsd).toBe(0);
  });
});

describe('cancel', () => {
  test('aborts the requests under way and records who was cancelled', async () => {
    const run = await system.startRun(
      echoGraph([echoAgent('slow', { says: '[[delay: 30000]]' }), echoAgent('after', { dependencies: ['slow'] })]),
    );
    await system.modelServer.until(({ inFlight }) => inFlight > 0);
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    expect(await run.result()).toMatchObject({ status: 'cancelled', completed: 0 });
    await system.modelServer.until(({ inFlight }) => inFlight === 0);
    expect((await nodesOf(run)).map(({ status, reasonCode }) => [status, reasonCode])).toEqual([
      ['cancelled', 'cancelled'],
      ['cancelled', 'cancelled'],
    ]);
    const types = (await getRunEvents(system.pool, { tenant: TENANT, runId: run.runId, limit: 100 })).map(
      ({ type }) => type,
    );
    expect(types).toEqual(expect.arrayContaining(['run-accepted', 'run-started', 'agent-cancelled', 'run-cancelled']));
  });
});

describe('long runs', () => {
  test('drain and continue as new: same result, nothing paid twice, no node lost', async () => {
    const run = await system.startRun(layeredGraph(6, 10), { continueAsNewAfterEvents: 60 });
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 60, total: 60 });
    const runs = [];
    for await (const execution of system.temporal.client.workflow.list({ query: `WorkflowId = '${run.workflowId}'` }))
      runs.push(execution.status.name);
    expect(runs.filter((status) => status === 'CONTINUED_AS_NEW').length).toBeGreaterThan(1);
    expect(await billedOf(run)).toHaveLength(60);
  });

  test('cancel while it drains is obeyed, not lost', async () => {
    const run = await system.startRun(
      layeredGraph(3, 10, () => ({ promptTemplate: 'Agent: n\n[[delay: 3000]]' })),
      { continueAsNewAfterEvents: 5 },
    );
    await system.modelServer.until(({ inFlight }) => inFlight > 0);
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
  });
});

test('a provider that is down is waited for, visibly, without using up retries', async () => {
  const away = await startSystem();
  try {
    const port = Number(new URL(away.modelServer.url).port);
    await away.modelServer.stop();
    const run = await away.startRun(echoGraph([echoAgent('patient', { maxRetries: 0 })]));
    const [seen] = await until(
      () => getRunNodes(away.pool, TENANT, run.runId),
      ([node]) => node!.reasonCode === 'waiting_for_provider',
    );
    expect(seen).toMatchObject({ status: 'running', modelFailures: 0 });
    const back = await startModelServer({ port });
    try {
      expect(await run.result()).toMatchObject({ status: 'completed' });
      expect((await back.readAccepted()).length).toBe(1);
    } finally {
      await back.stop();
    }
    expect((await getRunNodes(away.pool, TENANT, run.runId))[0]).toMatchObject({ modelFailures: 0, reasonCode: null });
  } finally {
    await away.close();
  }
});

test('waiting for the limiter is visible while it lasts, and ends by itself', async () => {
  const narrow = await startSystem({ env: { LONGHAUL_CONCURRENT_REQUESTS: '1' } });
  try {
    const run = await narrow.startRun(
      echoGraph([echoAgent('first', { says: '[[delay: 4000]]' }), echoAgent('second', { says: '[[delay: 4000]]' })]),
    );
    const seen = await until(
      () => getRunNodes(narrow.pool, TENANT, run.runId),
      (nodes) => nodes.some(({ status }) => status === 'rate_limited'),
    );
    expect(seen.find(({ status }) => status === 'rate_limited')!.reasonCode).toBe('waiting_for_rate_limit');
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 2 });
  } finally {
    await narrow.close();
  }
});

/** The largest number of attempts that were under way at one moment, by the database's clock. */
function mostAtOnce(attempts: Awaited<ReturnType<typeof attemptsOf>>): number {
  const edges = attempts.flatMap(({ sentAt, closedAt }) => [
    { at: sentAt!.getTime(), by: 1 },
    { at: closedAt!.getTime(), by: -1 },
  ]);
  edges.sort((a, b) => a.at - b.at || a.by - b.by);
  let open = 0;
  return Math.max(...edges.map(({ by }) => (open += by)));
}
