import * as fc from 'fast-check';
import { CostTracker } from '../../../src/gateway/cost-tracker';

const record = { agentId: 'a1', agentName: 'writer', workflowId: 'w1', model: 'gpt-4' };

test.each([
  ['gpt-4', 1000, 500, 0.06],
  ['gpt-3.5-turbo', 1000, 1000, 0.002],
  ['own', 1000, 1000, 0.003],
  ['unknown', 1000, 1000, 0.04],
])('%s: %i input and %i output tokens cost $%d', (model, input, output, cost) => {
  const tracker = new CostTracker({ modelCosts: { own: { input: 0.001, output: 0.002 } } });
  expect(tracker.calculateCost(model, input, output)).toBe(cost);
});

test('default prices are the ones that were given', () => {
  const tracker = new CostTracker({ defaultInputCost: 1, defaultOutputCost: 2 });
  expect(tracker.calculateCost('unknown', 1000, 1000)).toBe(3);
});

test('what is recorded counts for its workflow, its agent and its model, with its metadata', () => {
  const tracker = new CostTracker({ workflowBudget: 0.1, agentBudget: 0.06 });
  expect(tracker.checkWorkflowBudget('w1')).toBe(true);
  expect(tracker.recordCost({ ...record, inputTokens: 1000, outputTokens: 500, metadata: { step: 1 } })).toBe(0.06);
  expect(tracker.checkWorkflowBudget('w1')).toBe(true);
  expect(tracker.checkAgentBudget('a1')).toBe(false);
  expect(tracker.checkAgentBudget('a2')).toBe(true);
  expect(tracker.records).toEqual([
    expect.objectContaining({ agentName: 'writer', metadata: { step: 1 }, cost: 0.06 }),
  ]);
  expect(tracker.getStatistics()).toEqual({
    ...{ totalCost: 0.06, totalTokens: 1500, entries: 1, averageCost: 0.06, byModel: { 'gpt-4': 0.06 } },
    workflows: {
      w1: { cost: 0.06, tokens: 1500, entries: 1, budget: 0.1, remaining: 0.04, utilizationPercent: 60 },
    },
    agents: { a1: { cost: 0.06, tokens: 1500, entries: 1, budget: 0.06, remaining: 0, utilizationPercent: 100 } },
  });
});

test('without budgets everything is within', () => {
  const tracker = new CostTracker();
  tracker.recordCost({ ...record, inputTokens: 1_000_000, outputTokens: 1_000_000 });
  expect([tracker.checkWorkflowBudget('w1'), tracker.checkAgentBudget('a1')]).toEqual([true, true]);
  expect(tracker.getStatistics().agents['a1']).toMatchObject({ budget: null, remaining: null });
});

test('a count that is none is refused, and nothing is recorded', () => {
  const tracker = new CostTracker();
  for (const inputTokens of [-1, 0.5, Number.NaN])
    expect(() => tracker.recordCost({ ...record, inputTokens, outputTokens: 1 })).toThrow('token count');
  expect(tracker.getStatistics().entries).toBe(0);
});

test('sums are exact however many are recorded: integers inside', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(5000)), { maxLength: 200 }), (usages) => {
      const tracker = new CostTracker({ modelCosts: { m: { input: 0.001, output: 0.003 } } });
      for (const [inputTokens, outputTokens] of usages)
        tracker.recordCost({ ...record, model: 'm', inputTokens, outputTokens });
      const microUsd = usages.reduce((total, [input, output]) => total + input + 3 * output, 0);
      expect(Math.round(tracker.getStatistics().totalCost * 1e6)).toBe(microUsd);
    }),
  );
});
