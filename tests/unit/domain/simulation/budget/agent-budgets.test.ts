import { AgentBudgets } from '../../../../../src/domain/simulation/budget/agent-budgets';
import type { AgentBudget, BudgetLimits } from '../../../../../src/domain/simulation/budget/budget-limits';

const budget = (limits: Partial<BudgetLimits>, then: AgentBudget['then'] = 'fallback'): AgentBudget => ({
  ...{ limits: { overall: {}, tools: {}, warnAt: 0.8, softOverage: false, ...limits }, then },
});
const of = (limits: Partial<BudgetLimits>) => new AgentBudgets(new Map([['seller', budget(limits)]]));
const used = (tokens: number, tool = 'decide') => ({ tool, tokens, costMicroUsd: 0 });

/** A tick of one answer of this size. */
function tick(budgets: AgentBudgets, tokens: number) {
  budgets.beginTick();
  const metered = budgets.meter('seller', [used(tokens)]);
  return { ...metered, news: budgets.endTick().map(({ said, budgetType }) => `${said} ${budgetType}`) };
}

test('of a run: one warning at 80 %, exceeded once above 100 %, and then the agent is not asked any more', () => {
  const budgets = of({ overall: { run: { tokens: 1_000 } } });
  const ticks = [400, 399, 1, 100, 100, 1].map((tokens) => tick(budgets, tokens)); // 400, 799, 800, 900, 1,000, 1,001
  expect(ticks.map(({ news }) => news)).toEqual([
    ...[[], [], ['warning overall/run/tokens'], [], []],
    ['exceeded overall/run/tokens'],
  ]);
  expect(ticks.map(({ withheld }) => withheld)).toEqual([false, false, false, false, false, true]);
  expect(ticks[2]!.feedback).toEqual(['Budget: overall/run/tokens (800 of 1000) is nearly used up.']);
  expect(ticks[5]!.feedback).toEqual(['Budget: overall/run/tokens (1001 of 1000) is exceeded.']);
  budgets.beginTick();
  expect(budgets.refusal('seller')).toBe('Not asked: overall/run/tokens (1001 of 1000) is exceeded.');
});

test('of a tick: the next one begins empty, warns and asks again', () => {
  const budgets = of({ overall: { tick: { tokens: 100 } } });
  expect(tick(budgets, 101)).toMatchObject({ withheld: true, news: ['exceeded overall/tick/tokens'] });
  expect([tick(budgets, 80).news, tick(budgets, 80).news]).toEqual([
    ['warning overall/tick/tokens'],
    ['warning overall/tick/tokens'],
  ]);
  budgets.beginTick();
  expect(budgets.refusal('seller')).toBeUndefined();
});

test('a soft limit is said once and withholds nothing', () => {
  const budgets = of({ overall: { run: { tokens: 10 } }, softOverage: true });
  expect(tick(budgets, 11)).toMatchObject({ withheld: false, news: ['exceeded overall/run/tokens'] });
  expect(tick(budgets, 11)).toEqual({ withheld: false, feedback: [], news: [] });
  expect(budgets.refusal('seller')).toBeUndefined();
});

test('a decision that orders more of a tool than its limit does not count; the tool is named', () => {
  const budgets = of({ tools: { set_price: { tick: { calls: 2 } } } });
  budgets.beginTick();
  const orders = ['set_price', 'set_price', 'set_price'].map((tool) => used(0, tool));
  expect(budgets.meter('seller', [used(50), ...orders])).toEqual({
    withheld: true,
    feedback: [
      'Budget: set_price/tick/calls (2 of 2) is nearly used up.',
      'Budget: set_price/tick/calls (3 of 2) is exceeded.',
    ],
  });
});

test('a tick that begins again counts once', () => {
  const budgets = of({ overall: { run: { tokens: 100 } } });
  budgets.beginTick();
  budgets.meter('seller', [used(60)]);
  expect(tick(budgets, 60)).toMatchObject({ withheld: false, news: [] }); // 60, not 120
});

test('what was used is carried on, limits are those of the plan; whoever has no budget has no limits', () => {
  const before = of({ overall: { run: { tokens: 100 } } });
  tick(before, 90);
  const carried = JSON.parse(JSON.stringify(before.carry())) as ReturnType<AgentBudgets['carry']>;
  const after = new AgentBudgets(new Map([['seller', budget({ overall: { run: { tokens: 1_000 } } })]]), carried);
  expect(after.textFor('seller')).toBe(
    'Your budget for models and tools:\n- all tools, this run: 90 of 1000 tokens (9 %)',
  );
  expect(after.meter('nobody', [used(1_000_000)])).toEqual({ feedback: [], withheld: false });
  expect(after.textFor('nobody')).toBe('');
  expect(after.carry().map(([id]) => id)).toEqual(['seller']);
});

test('with more of it an agent is asked again, what it used stays used, and both is said once more', () => {
  const budgets = of({ overall: { run: { tokens: 1_000 } } });
  tick(budgets, 1_001);
  budgets.limitAnew(new Map([['seller', budget({ overall: { run: { tokens: 2_000 } } }, 'park')]]));
  expect(budgets.parks('seller')).toBe(true);
  // 1,001 of 2,000 is below 80 %, which are 1,600; 1,600 are there, 2,000 within, 2,001 above it.
  const ticks = [598, 1, 400, 1].map((tokens) => tick(budgets, tokens));
  expect(ticks.map(({ news }) => news)).toEqual([
    ...[[], ['warning overall/run/tokens'], []],
    ['exceeded overall/run/tokens'],
  ]);
  expect(ticks.map(({ withheld }) => withheld)).toEqual([false, false, false, true]);
});

test('with a limit that is too low still, or lower than what is used, an agent is not asked, and nothing is said twice', () => {
  const budgets = of({ overall: { run: { tokens: 100 } } });
  tick(budgets, 101);
  budgets.limitAnew(new Map([['seller', budget({ overall: { run: { tokens: 50 } } })]]));
  budgets.beginTick();
  expect(budgets.refusal('seller')).toBe('Not asked: overall/run/tokens (101 of 50) is exceeded.');
  expect(tick(budgets, 1).news).toEqual([]);
});

test('an agent that had no budget is counted from its first one on', () => {
  const budgets = new AgentBudgets(new Map());
  tick(budgets, 500);
  budgets.limitAnew(new Map([['seller', budget({ overall: { run: { tokens: 100 } } })]]));
  expect(tick(budgets, 100).withheld).toBe(false);
  expect(tick(budgets, 1).withheld).toBe(true);
});
