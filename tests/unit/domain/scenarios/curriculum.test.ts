import { checkCurriculum, playCurriculum, type TierRun } from '../../../../src/domain/scenarios/curriculum';
import { MARKET_MINDS } from '../../../../src/domain/worlds/marketplace/bots';

const runs = (tier: 0 | 1 | 2 | 3, passed: number, of: number): TierRun[] =>
  Array.from({ length: of }, (_, index) => ({ tier, passed: index < passed, profitUsd: 100 * index, days: 30 + tier }));

test('each tier has its means', () => {
  const { rows } = checkCurriculum([...runs(2, 1, 4), ...runs(0, 3, 3)]);
  expect(rows).toEqual([
    { tier: 0, runs: 3, successRate: 1, meanProfitUsd: 100, meanDays: 30 },
    { tier: 2, runs: 4, successRate: 0.25, meanProfitUsd: 150, meanDays: 32 },
  ]);
});

test('a higher tier may succeed as often as a lower one, not more often', () => {
  expect(checkCurriculum([...runs(0, 2, 4), ...runs(1, 1, 2), ...runs(3, 0, 2)]).problems).toEqual([]);
  expect(checkCurriculum([...runs(0, 2, 4), ...runs(1, 1, 4), ...runs(3, 2, 3)]).problems).toEqual([
    {
      path: 'tiers[3]',
      message: 'Tier 3 succeeds in 67 % of its runs, tier 0 in 50 %: a higher tier must not be easier.',
    },
    {
      path: 'tiers[3]',
      message: 'Tier 3 succeeds in 67 % of its runs, tier 1 in 25 %: a higher tier must not be easier.',
    },
  ]);
});

test('generated scenarios get harder with their tier for a seller who only undercuts and restocks', () => {
  const { rows, problems } = playCurriculum(MARKET_MINDS['greedy-script']!, 4);
  expect(problems).toEqual([]);
  expect(rows.map(({ tier, runs: played }) => [tier, played])).toEqual([
    [0, 4],
    [1, 4],
    [2, 4],
    [3, 4],
  ]);
  expect(rows[0]!.successRate).toBe(1);
  expect(rows[3]!.successRate).toBeLessThan(0.5);
});
