import fc from 'fast-check';
import { budgetBlock } from '../../../../../src/domain/simulation/budget/budget-block';
import { DEFAULT_BUDGET, type BudgetLimits } from '../../../../../src/domain/simulation/budget/budget-limits';
import {
  canAfford,
  meterCall,
  openMeter,
  openTick,
  type Meter,
} from '../../../../../src/domain/simulation/budget/meter';

const limits = (change: Partial<BudgetLimits>): BudgetLimits => ({ ...DEFAULT_BUDGET, overall: {}, ...change });
const call = (tokens: number, tool = 'llm', costMicroUsd = 0) => ({ tool, tokens, costMicroUsd });
const outcomes = (start: Meter, tokens: number[]) => {
  let meter = start;
  return tokens.map((amount) => {
    const metered = meterCall(meter, call(amount));
    meter = metered.meter;
    return metered.outcome;
  });
};

test('a warning comes once at 80 %, exceeded above 100 %, and the window of a tick begins anew', () => {
  const meter = openMeter(limits({ overall: { tick: { tokens: 1_000 } } }));
  // 799, 800, 900, 1,000, 1,001
  expect(outcomes(meter, [799, 1, 100, 100, 1])).toEqual(['ok', 'warning', 'ok', 'ok', 'exceeded']);
  const next = openTick(meterCall(meterCall(meter, call(900)).meter, call(200)).meter);
  expect(next.overall).toMatchObject({ tick: { tokens: 0, calls: 0 }, run: { tokens: 1_100, calls: 2 } });
  expect(outcomes(next, [700, 100])).toEqual(['ok', 'warning']);
});

test('the window of a run goes on, and is warned about once', () => {
  const meter = openMeter(limits({ overall: { run: { costMicroUsd: 100 } } }));
  const warned = meterCall(meter, call(0, 'llm', 80));
  expect(warned).toMatchObject({ outcome: 'warning', budgetType: 'overall/run/costMicroUsd', limit: 100, usage: 80 });
  expect(meterCall(openTick(warned.meter), call(0, 'llm', 20)).outcome).toBe('ok');
  expect(meterCall(openTick(warned.meter), call(0, 'llm', 21))).toMatchObject({ outcome: 'exceeded', usage: 101 });
});

test('looked at in order: tool of the tick, tool of the run, all of the tick, all of the run; the first is said', () => {
  const one = { calls: 0 };
  const order = ['set_price/tick/calls', 'set_price/run/calls', 'overall/tick/calls', 'overall/run/calls'];
  const all = { tools: { set_price: { tick: one, run: one } }, overall: { tick: one, run: one } };
  const without: Partial<BudgetLimits>[] = [
    all,
    { ...all, tools: { set_price: { run: one } } },
    { ...all, tools: {} },
    { tools: {}, overall: { run: one } },
  ];
  without.forEach((change, index) => {
    expect(meterCall(openMeter(limits(change)), call(5, 'set_price'))).toMatchObject({
      ...{ outcome: 'exceeded', severity: 'hard_fail', budgetType: order[index], limit: 0, usage: 1 },
    });
  });
});

test("a tool's limit is its own", () => {
  const meter = openMeter(limits({ tools: { search: { tick: { calls: 1 } } } }));
  const used = meterCall(meter, call(1, 'search')).meter;
  expect(meterCall(used, call(1, 'llm')).outcome).toBe('ok');
  expect(meterCall(used, call(1, 'search')).outcome).toBe('exceeded');
});

test('an overage that is allowed is soft', () => {
  const meter = openMeter(limits({ overall: { tick: { tokens: 1 } }, softOverage: true }));
  expect(meterCall(meter, call(2))).toMatchObject({ outcome: 'exceeded', severity: 'soft' });
});

test('two limits that are nearly used up are warned about one call after the other', () => {
  const meter = openMeter(limits({ overall: { tick: { tokens: 100 }, run: { tokens: 100 } } }));
  const first = meterCall(meter, call(90));
  expect(first).toMatchObject({ outcome: 'warning', budgetType: 'overall/tick/tokens' });
  expect(meterCall(first.meter, call(1))).toMatchObject({ outcome: 'warning', budgetType: 'overall/run/tokens' });
});

test('without limits of its own: 200,000 tokens and $10 a tick, 5,000,000 and $250 a run', () => {
  const afford = (tokens: number, dollars: number) => canAfford(openMeter(), call(tokens, 'llm', dollars * 1_000_000));
  expect([afford(200_000, 10), afford(200_001, 0), afford(0, 10.000001)]).toEqual([true, false, false]);
  const later = openTick({
    ...openMeter(),
    overall: { ...openMeter().overall, run: { calls: 9, tokens: 4_900_000, costMicroUsd: 249_000_000 } },
  });
  expect([canAfford(later, call(100_000)), canAfford(later, call(100_001))]).toEqual([true, false]);
  expect([canAfford(later, call(0, 'llm', 1_000_000)), canAfford(later, call(0, 'llm', 1_000_001))]).toEqual([
    true,
    false,
  ]);
});

test('what is used never depends on names, and a warning is said at most once a window', () => {
  const calls = fc.array(
    fc.record({ tool: fc.constantFrom('a', 'b/tick/calls', '__proto__'), tokens: fc.nat(50), costMicroUsd: fc.nat(9) }),
  );
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 500 }), (made, limit) => {
      let meter = openMeter(limits({ overall: { tick: { tokens: limit }, run: { tokens: limit * 3 } } }));
      const warnings: string[] = [];
      for (const one of made) {
        const metered = meterCall(meter, one);
        meter = metered.meter;
        if (metered.outcome === 'warning') warnings.push(metered.budgetType);
      }
      const tokens = made.reduce((sum, one) => sum + one.tokens, 0);
      expect(meter.overall.run).toMatchObject({ calls: made.length, tokens });
      expect(Object.values(meter.tools).reduce((sum, { run }) => sum + run.tokens, 0)).toBe(tokens);
      expect(new Set(warnings).size).toBe(warnings.length);
      expect(JSON.parse(JSON.stringify(meter))).toEqual(meter);
    }),
  );
});

test('tools beyond a hundred names count together, but not those with a limit', () => {
  let meter = openMeter(limits({ tools: { search: { run: { calls: 1 } } } }));
  for (let index = 0; index < 150; index += 1) meter = meterCall(meter, call(1, `tool ${index}`)).meter;
  meter = meterCall(meterCall(meter, call(1, 'search')).meter, call(1, 'search')).meter;
  expect(meter.tools.other!.run.calls).toBe(50);
  expect(meter.tools.search!.run.calls).toBe(2);
});

test('the block for a prompt: what is used of what, and what is nearly or wholly used up', () => {
  const meter = openMeter(
    limits({
      overall: { tick: { tokens: 1_000 }, run: { costMicroUsd: 5_000_000 } },
      tools: { search: { tick: { calls: 2 } } },
    }),
  );
  const used = [call(820, 'llm', 1_250_000), call(0, 'search'), call(0, 'search'), call(0, 'search')].reduce(
    (before, one) => meterCall(before, one).meter,
    meter,
  );
  expect(budgetBlock(used)).toBe(
    [
      'Your budget for models and tools:',
      '- all tools, this tick: 820 of 1000 tokens (82 %) WARNING: nearly used up',
      '- all tools, this run: $1.25 of $5.00 (25 %)',
      '- search, this tick: 3 of 2 calls (150 %) EXCEEDED',
    ].join('\n'),
  );
  expect(budgetBlock(openMeter(limits({})))).toBe('');
});
