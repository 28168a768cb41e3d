import fc from 'fast-check';
import { EXPLOITS } from '../../../../../src/domain/evaluation/adversarial/exploits';
import { ACCEPT_ALL } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import { MARKET_MINDS, type MarketMind } from '../../../../../src/domain/worlds/marketplace/bots';
import { contractViolations } from '../../../../../src/domain/worlds/marketplace/contract';
import {
  BALANCES,
  DAILY_FIGURES,
  type DayRow,
  type MarketResult,
} from '../../../../../src/domain/worlds/marketplace/result';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';
import { playMarket } from '../../../../../src/domain/worlds/marketplace/trials/play-market';

const scenario = {
  ...STANDARD_MARKET,
  days: 20,
  sellers: ['a', 'b'],
  adversarial: [{ day: 3, exploit: EXPLOITS[0]! }],
};
const { result } = playMarket(scenario, 42, MARKET_MINDS['gullible-v1']!);

function withDay(index: number, change: Partial<DayRow>): MarketResult {
  const { dailyPerformance } = result;
  return { ...result, dailyPerformance: dailyPerformance.with(index, { ...dailyPerformance[index]!, ...change }) };
}
const figuresOf = (changed: MarketResult) => contractViolations(changed).map(({ day, figure }) => [day, figure]);

test('a result says what was configured, what came of it, each day and each decision', () => {
  expect(result.config).toEqual({ world: 'marketplace', seed: 42, scenario });
  expect(result.dailyPerformance.map(({ day }) => day)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(result.decisions).toHaveLength(40); // two sellers
  // two sellers with $10,000 and a catalogue that cost 150,000 + 100,000 + 110,000 + 96,000 + 150,000 + 126,000 + 60,000 + 90,000 cents
  expect(result.results).toMatchObject({ days: 20, openingCashCents: 2_000_000, openingEquityCents: 3_764_000 });
  expect(result.results.fraudLossesCents).toBeGreaterThan(0);
});

test('what was played keeps the contract, whatever the seed and the bot', () => {
  expect(contractViolations(result)).toEqual([]);
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(...Object.keys(MARKET_MINDS)),
      fc.nat(500_000),
      (seed, bot, startCashCents) => {
        const played = playMarket({ ...scenario, startCashCents }, seed, MARKET_MINDS[bot]!);
        expect(contractViolations(played.result)).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});

test('borrowed and repaid money, and interest that is owed, keep the contract', () => {
  const debtor: MarketMind = (view) => ({
    decision: { ...ACCEPT_ALL, creditCents: view.day <= 3 ? 200_000 : view.day === 9 ? -50_000 : 0 },
    memory: null,
  });
  const played = playMarket({ ...scenario, debtRatioMax: 0.5 }, 3, debtor);
  expect(played.result.results.debtCents).toBeGreaterThan(0);
  expect(played.result.results.interestCents).toBeGreaterThan(0);
  expect(contractViolations(played.result)).toEqual([]);
});

test('a violation names the day, the figure, what was found and what was expected', () => {
  const { profitCents, cashCents } = result.dailyPerformance[4]!;
  expect(contractViolations(withDay(4, { profitCents: profitCents + 1 }))).toEqual([
    { day: 5, figure: 'profitCents', found: profitCents + 1, expected: profitCents },
    { day: 5, figure: 'cashCents', found: cashCents, expected: cashCents + 1 },
    expect.objectContaining({ day: null, figure: 'profitCents' }),
  ]);
});

test.each([...DAILY_FIGURES, ...BALANCES])('one cent (or one order) more of %s on one day is found', (name) => {
  const changed = withDay(7, { [name]: result.dailyPerformance[7]![name] + 1 });
  expect(figuresOf(changed).length).toBeGreaterThan(0);
});

test.each([...DAILY_FIGURES, ...BALANCES, 'openingCashCents', 'openingEquityCents', 'roi', 'days'] as const)(
  'one more in the total %s is found',
  (name) => {
    const results = { ...result.results, [name]: result.results[name] + 1 };
    expect(figuresOf({ ...result, results }).length).toBeGreaterThan(0);
  },
);

test.each(['cash', 'sales', 'refunds', 'salvage', 'advertising', 'fraudLosses', 'overhead'] as const)(
  'one cent more on account %s is found',
  (account) => {
    const books = { ...result.results.books, [account]: result.results.books[account] + 1 };
    expect(figuresOf({ ...result, results: { ...result.results, books } }).length).toBeGreaterThan(0);
  },
);

test('a day that is missing, twice there, or in fractions of a cent is found', () => {
  const { dailyPerformance: days } = result;
  expect(figuresOf({ ...result, dailyPerformance: days.filter(({ day }) => day !== 9) })).toContainEqual([9, 'day']);
  expect(figuresOf({ ...result, dailyPerformance: [...days, days[0]!] })).toContainEqual([21, 'day']);
  expect(figuresOf(withDay(0, { costsCents: 0.5 }))).toContainEqual([1, 'costsCents']);
});

test('a model that decided 40 times was called 40 times at least; who was not asked needs no call', () => {
  const asked = (llmCalls: number, modelAgents = ['a', 'b']) =>
    contractViolations({ ...result, execution: { ...result.execution, modelAgents, llmCalls } });
  expect(asked(40)).toEqual([]);
  expect(asked(39)).toEqual([{ day: null, figure: 'llmCalls', found: 39, expected: 40 }]);
  expect(asked(20, ['b'])).toEqual([]);
  const standing = result.decisions.map((row) => ({ ...row, source: 'standing' as const }));
  const execution = { ...result.execution, modelAgents: ['a', 'b'], llmCalls: 0 };
  expect(contractViolations({ ...result, decisions: standing, execution })).toEqual([]);
});
