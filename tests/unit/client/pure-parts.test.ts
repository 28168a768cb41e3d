import {
  Agent,
  AgentResult,
  AgentStatus,
  CostConfig,
  EngineConfig,
  FailureHandler,
  MonitorConfig,
  RateLimitConfig,
  RetryPolicy,
  RetryStrategy,
  Workflow,
  WorkflowStatus,
} from '../../../src/client';
import { AGENT_STATUSES, RUN_STATUSES } from '../../../src/domain/agents/run-state';
import { RETRY_STRATEGIES } from '../../../src/domain/agents/retry';
import { validate } from '../contracts/graphs';

const agent = (name: string, more: Partial<ConstructorParameters<typeof Agent>[0]> = {}) =>
  new Agent({
    name,
    description: `Does ${name}.`,
    llmConfig: { model: 'scripted-echo' },
    promptTemplate: 'Go.',
    ...more,
  });
const result = (status: AgentStatus, retryCount = 0) => new AgentResult({ agentId: 'a', status, retryCount });

test('the names of the original stand for every state and strategy there is', () => {
  expect(Object.values(AgentStatus).sort()).toEqual([...AGENT_STATUSES].sort());
  expect(Object.values(WorkflowStatus).sort()).toEqual([...RUN_STATUSES].sort());
  expect(Object.values(RetryStrategy).sort()).toEqual([...RETRY_STRATEGIES].sort());
});

describe('an agent', () => {
  test('can execute when all its dependencies have completed', () => {
    const one = agent('c', { dependencies: ['a', 'b'] });
    expect(one.canExecute(new Set(['a']))).toBe(false);
    expect(one.canExecute(new Set(['a', 'b', 'x']))).toBe(true);
    expect(agent('a').canExecute(new Set())).toBe(true);
  });

  test('is as new after reset', () => {
    const one = agent('a');
    one.status = AgentStatus.FAILED;
    one.result = result('failed');
    one.reset();
    expect(one).toMatchObject({ status: 'pending', result: null });
  });

  test('as a plain object is a definition that the API takes, in its own units', () => {
    const workflow = new Workflow({
      name: 'w',
      costBudget: 20,
      timeout: 1800,
      agents: [agent('a', { timeout: 60, costLimit: 2, priority: 7, retryPolicy: new RetryPolicy({ baseDelay: 2 }) })],
    });
    const { graph, problems } = validate(workflow.toDict());
    expect(problems).toEqual([]);
    expect(graph).toMatchObject({ costBudgetUsd: 20, timeoutSeconds: 1800, maxParallelAgents: 10 });
    expect(graph!.agents[0]).toMatchObject({
      ...{ name: 'a', timeoutSeconds: 60, costLimitUsd: 2, priority: 7 },
      retryPolicy: { baseDelaySeconds: 2, maxDelaySeconds: 60, strategy: 'exponential_backoff' },
    });
  });
});

test.each(AGENT_STATUSES)('a result %s: whether it is a success, and whether another try may help', (status) => {
  expect(result(status).isSuccess()).toBe(status === 'completed');
  expect(result(status).isRetriable()).toBe(status === 'failed' || status === 'rate_limited');
});

describe('a workflow', () => {
  const workflow = () =>
    new Workflow({
      name: 'w',
      agents: [
        agent('a', { priority: 2 }),
        agent('b', { priority: 9 }),
        agent('c', { dependencies: ['a'], priority: 5 }),
      ],
    });

  test('finds agents by name', () => {
    expect(workflow().getAgentByName('b')?.name).toBe('b');
    expect(workflow().getAgentByName('x')).toBeUndefined();
  });

  test('knows who is ready, the most urgent first', () => {
    const one = workflow();
    expect(one.getReadyAgents().map(({ name }) => name)).toEqual(['b', 'a']);
    one.getAgentByName('a')!.status = AgentStatus.COMPLETED;
    expect(one.getReadyAgents().map(({ name }) => name)).toEqual(['b', 'c']);
    one.getAgentByName('b')!.status = AgentStatus.RUNNING;
    expect(one.getReadyAgents().map(({ name }) => name)).toEqual(['c']);
  });

  test('counts every agent in exactly one state', () => {
    const one = workflow();
    one.getAgentByName('a')!.status = AgentStatus.BUDGET_EXCEEDED;
    one.getAgentByName('b')!.status = AgentStatus.COMPLETED;
    one.totalCost = 30;
    const { totalAgents, completed, failed, running, pending, cancelled, rateLimited, budgetExceeded, ...rest } =
      one.getStatistics();
    expect(completed + failed + running + pending + cancelled + rateLimited + budgetExceeded).toBe(totalAgents);
    expect({ completed, budgetExceeded, pending }).toEqual({ completed: 1, budgetExceeded: 1, pending: 1 });
    expect(rest).toMatchObject({ costBudget: 100, totalCost: 30, budgetRemaining: 70, status: 'pending' });
  });

  test('copied has the definition and no results', () => {
    const one = workflow();
    one.getAgentByName('a')!.status = AgentStatus.FAILED;
    expect(one.copy().getStatistics()).toMatchObject({ failed: 0, pending: 3 });
    expect(one.copy().toDict()).toEqual(one.toDict());
  });
});

describe('failures', () => {
  test.each<[AgentStatus, number, number | undefined, boolean]>([
    ['failed', 0, undefined, true],
    ['failed', 2, undefined, true],
    ['failed', 3, undefined, false],
    ['failed', 1, 1, false],
    ['rate_limited', 0, undefined, true],
    ['budget_exceeded', 0, undefined, false],
    ['cancelled', 0, undefined, false],
  ])('%s after %s retries, agent limit %s', async (status, retryCount, maxRetries, again) => {
    const told: string[] = [];
    const handler = new FailureHandler(new RetryPolicy(), (one) => void told.push(one.name));
    expect(await handler.handleFailure(agent('a', { maxRetries }), result(status, retryCount))).toBe(again);
    expect(told).toEqual(['a']);
    expect(handler.getStatistics()).toEqual({ totalFailures: 1, permanentFailures: again ? 0 : 1 });
  });

  test('a policy of its own wins over the default', async () => {
    const handler = new FailureHandler(new RetryPolicy({ maxRetries: 0 }));
    expect(await handler.handleFailure(agent('a'), result('failed'))).toBe(false);
    expect(await handler.handleFailure(agent('a'), result('failed'), new RetryPolicy())).toBe(true);
  });

  test('a callback that throws is heard', async () => {
    const handler = new FailureHandler(undefined, () => Promise.reject(new Error('no mail')));
    await expect(handler.handleFailure(agent('a'), result('failed'))).rejects.toThrow('no mail');
  });

  test.each<[string, Agent[], number, boolean, boolean]>([
    ['nobody failed', [], 4, false, false],
    ['partial completion not allowed', [agent('a')], 4, false, true],
    ['a critical agent', [agent('a', { priority: 8 })], 4, true, true],
    ['half of them', [agent('a'), agent('b')], 4, true, false],
    ['more than half', [agent('a'), agent('b'), agent('c')], 4, true, true],
  ])('%s', (_, failed, total, allowPartial, expected) => {
    expect(new FailureHandler().shouldFailWorkflow(failed, total, allowPartial)).toBe(expected);
  });
});

test('configurations have the defaults of the original', () => {
  expect(new RetryPolicy()).toEqual({
    ...{ maxRetries: 3, strategy: 'exponential_backoff', baseDelay: 1, maxDelay: 60, exponentialBase: 2, jitter: true },
  });
  expect(new RateLimitConfig()).toEqual({ requestsPerMinute: 60, concurrentRequests: 10 });
  expect(new MonitorConfig()).toEqual({ enableMetrics: true, enableLogging: true, metricsInterval: 60 });
  expect(new EngineConfig()).toMatchObject({ maxConcurrentWorkflows: 50, defaultRetryPolicy: new RetryPolicy() });
});

test('costs are estimated per 1,000 tokens, those of unknown models at the default prices', () => {
  const costs = new CostConfig({ modelCosts: { 'gpt-4': { input: 0.03, output: 0.06 } } });
  expect(costs.calculateCost('gpt-4', 1000, 500)).toBeCloseTo(0.06);
  expect(costs.calculateCost('unheard-of', 1000, 1000)).toBeCloseTo(0.04);
  expect(costs.calculateCost('constructor', 1000, 0)).toBeCloseTo(0.01);
});
