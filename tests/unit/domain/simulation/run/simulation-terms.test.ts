import type { BudgetDefinition } from '../../../../../src/domain/simulation/run/agent-definition';
import type { SimulationPlan } from '../../../../../src/domain/simulation/run/simulation-plan';
import { factsAfter, planOn, termsProblem } from '../../../../../src/domain/simulation/run/simulation-terms';

const rule = (when: string) => ({ on: 'day-started', when, do: { advance: 2 } });
const budget = (calls: number): BudgetDefinition => ({
  ...{ tick: {}, run: { calls, costUsd: 0.25 }, tools: {}, warnAt: 0.8, softOverage: false, then: 'park' },
});
const plan: SimulationPlan = {
  ...{ world: 'moon', worldVersion: 1, seed: 3, scenario: {}, ticks: 9 },
  agents: [
    { id: 'constructor', kind: 'llm', timeoutSeconds: 5 },
    { id: 'shop', kind: 'script', bot: 'greedy' },
  ],
  ...{ rules: [rule('always')], failures: { inARow: 5, then: 'park' } },
};

test('what is given takes the place of what was, what is left out stays, and no agent has what it was not given', () => {
  expect(planOn(plan, {})).toEqual(plan);
  expect(planOn(plan, { rules: [], failures: { inARow: 1, then: 'end' } })).toEqual({
    ...{ ...plan, rules: [], failures: { inARow: 1, then: 'end' } },
  });
  const [one, other] = planOn(plan, { budgets: { constructor: budget(7) } }).agents;
  expect(one).toMatchObject({
    budget: { limits: { overall: { run: { calls: 7, costMicroUsd: 250_000 } } }, then: 'park' },
  });
  expect(other).toEqual(plan.agents[1]);
});

test.each([
  [{ rules: [rule('always')] }, undefined],
  [{ rules: [rule('never')] }, 'World moon has no condition "never".'],
  [{ rules: [{ ...rule('always'), do: { untilWake: ['rain'], atMost: 3 } }] }, 'World moon has no condition "rain".'],
  [{ budgets: { constructor: budget(1) } }, undefined],
  [{ budgets: { shop: budget(1) } }, 'The run has no agent "shop" with a model, which a budget could limit.'],
  [{ budgets: { nobody: budget(1) } }, 'The run has no agent "nobody" with a model, which a budget could limit.'],
])('terms %j: %s', (terms, problem) => {
  expect(termsProblem(plan, { conditions: ['always'], bots: ['greedy'] }, terms)).toBe(problem);
});

test('another version has to know by name all that the run goes on with', () => {
  const terms = { worldVersion: 2 };
  expect(planOn(plan, terms)).toEqual({ ...plan, worldVersion: 2 });
  const without = (names: object) => termsProblem(plan, { conditions: ['always'], bots: ['greedy'], ...names }, terms);
  expect(without({})).toBeUndefined();
  expect(without({ conditions: [] })).toBe('Version 2 of world moon has no condition "always".');
  expect(without({ bots: [] })).toBe('Version 2 of world moon has no bot "greedy".');
  const other = { ...terms, rules: [rule('sometimes')] };
  expect(termsProblem(plan, { conditions: ['sometimes'], bots: ['greedy'] }, other)).toBeUndefined();
});

test('the definition after a tick has what was agreed on until then, and nothing of later', () => {
  const facts = {
    worldVersion: 1,
    agents: [{ id: 'seller' }, { id: 'constructor' }],
    rules: [],
    failures: { inARow: 5 },
  };
  const agreed = [
    { tick: 4, budgets: { seller: budget(1) } },
    { tick: 4, rules: [rule('quiet')] },
    { tick: 7, budgets: { seller: budget(2) } },
  ];
  const seller = (calls: number) => [{ id: 'seller', budget: budget(calls) }, { id: 'constructor' }];
  expect(factsAfter(facts, agreed, 3)).toEqual(facts);
  expect(factsAfter(facts, agreed, 4)).toEqual({ ...facts, agents: seller(1), rules: [rule('quiet')] });
  expect(factsAfter(facts, agreed)).toEqual({ ...facts, agents: seller(2), rules: [rule('quiet')] });
});
