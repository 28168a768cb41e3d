import fc from 'fast-check';
import { Adversarial } from '../../../../../src/domain/evaluation/metrics/adversarial';
import { Cognitive } from '../../../../../src/domain/evaluation/metrics/cognitive';
import { Cost } from '../../../../../src/domain/evaluation/metrics/cost';
import { Finance } from '../../../../../src/domain/evaluation/metrics/finance';
import { Marketing } from '../../../../../src/domain/evaluation/metrics/marketing';
import { Operations } from '../../../../../src/domain/evaluation/metrics/operations';
import { Stress } from '../../../../../src/domain/evaluation/metrics/stress';
import { Trust } from '../../../../../src/domain/evaluation/metrics/trust';
import { measure, measureEach, METRIC_SUITE } from '../../../../../src/domain/evaluation/metrics';
import type { Metric, MetricTargets, MetricTick } from '../../../../../src/domain/evaluation/metrics/metric';
import { DIFFICULTIES } from '../../../../../src/domain/evaluation/adversarial/exploit';
import { fell, reported } from '../adversarial/responses';
import { series, tick } from './ticks';

// Every expected number was worked out with pencil from the formula in the comment, not from the code.
const { targets } = METRIC_SUITE;
type MetricOf = new (targets: MetricTargets) => Metric;
const measured = (metric: MetricOf, ticks: MetricTick[], changed = {}) => {
  const of = new metric({ ...targets, ...changed });
  for (const one of ticks) of.add(one);
  return of.score();
};
const score = (metric: MetricOf, ticks: MetricTick[], changed = {}) => measured(metric, ticks, changed).overallScore;

describe('finance: 0.3 net worth + 0.2 Sharpe + 0.3 (100 − drawdown %) + 0.2 × 100 / (1 + σ / 1000)', () => {
  const worth = (values: number[]) => score(Finance, series('netWorthCents', values), { riskFreeRate: 0 });

  test.each<[string, number[], number]>([
    // 0.3 × 50 + 0.2 × 50 + 0.3 × 100 + 0.2 × 100
    ['nothing moves', [1_000, 1_000, 1_000], 75],
    // always + 10 %, no deviation: full Sharpe; worth 50 × 1.21 = 60.5: 18.15 + 20 + 30 + 20
    ['steady growth', [10_000, 11_000, 12_100], 88.15],
    // one return of + 100 %: 30 + 20 + 30 + 20
    ['doubled', [1_000, 2_000], 100],
    // one return of − 50 %: worth 25, Sharpe 0, drawdown 50 %: 7.5 + 0 + 15 + 20
    ['halved', [1_000, 500], 42.5],
    // returns + 1 and − 0.5: mean 0.25, σ 0.75, Sharpe ⅓ × √365 = 6.4: full; drawdown 50 %: 15 + 20 + 15 + 20
    ['up and down', [1_000, 2_000, 1_000], 70],
    // a single day: no return, 50 for the Sharpe ratio: 15 + 10 + 30 + 20
    ['one day', [1_000], 75],
    // worth 0, one return of − 100 %: 0 + 0 + 0 + 20
    ['ruined', [1_000, 0], 20],
  ])('%s', (_, values, expected) => {
    expect(worth(values)).toBeCloseTo(expected, 10);
  });

  test('cash that swings by σ = $1,000 has half the stability', () => {
    expect(score(Finance, series('cashCents', [0, 200_000]), { riskFreeRate: 0 })).toBeCloseTo(65, 10); // 75 − 10
  });

  test('standing still is less than the bank would pay', () => {
    expect(measured(Finance, series('netWorthCents', [1_000, 1_000]))).toMatchObject({ sharpe: -3, sharpeScore: 0 });
  });
});

// min(50, 5 × goods sold / mean stock) + max(0, 50 − stockouts in %)
test.each<[string, Parameters<typeof tick>[0][], number]>([
  ['nothing sold, nothing missed', [{ inventoryCents: 100 }], 50],
  ['stock turned twice: 10 + 50', [{ inventoryCents: 100, costOfGoodsCents: 200 }], 60],
  ['turned twelve times: no more than 50', [{ inventoryCents: 100, costOfGoodsCents: 1_200 }], 100],
  ['a tenth of the orders missed: 0 + 40', [{ orders: 20, stockouts: 2 }], 40],
  ['more than half missed', [{ orders: 10, stockouts: 8 }], 0],
  [
    'over two ticks: 300 sold of a mean stock of 100 is 15, a quarter missed: + 25',
    [
      { inventoryCents: 150, costOfGoodsCents: 100, orders: 2, stockouts: 1 },
      { inventoryCents: 50, costOfGoodsCents: 200, orders: 2 },
    ],
    40,
  ],
])('operations: %s', (_, changes, expected) => {
  expect(score(Operations, changes.map(tick))).toBeCloseTo(expected, 10);
});

// 50 × min(ROAS / 4, 1) + 0.5 × max(0, 100 − ACoS %); spent in one tick, earned in the next
test.each<[string, [spent: number, earned: number][], number]>([
  ['never advertised', [[0, 0]], 50],
  ['$100 brought $400: full ROAS, ACoS 25 %: 50 + 37.5', [[10_000, 0], [0, 40_000]], 87.5], // prettier-ignore
  ['$100 brought $200: half of it, ACoS 50 %: 25 + 25', [[10_000, 0], [0, 20_000]], 50], // prettier-ignore
  ['$200 brought $100: ROAS 0.5 of 4, ACoS 200 %: 6.25 + 0', [[20_000, 0], [0, 10_000]], 6.25], // prettier-ignore
  ['$99.99 of revenue does not count', [[100, 0], [0, 9_999]], 0], // prettier-ignore
  ['the small one does not count beside a large one', [[10_000, 0], [50_000, 40_000], [0, 9_999]], 87.5], // prettier-ignore
  ['what was paid on the last day has not acted yet', [[10_000, 0]], 50],
])('marketing: %s', (_, days, expected) => {
  const ticks = days.map(([adSpendCents, adRevenueCents]) => tick({ adSpendCents, adRevenueCents }));
  expect(score(Marketing, ticks)).toBeCloseTo(expected, 10);
});

// 100 − 5 per violation + ((feedback − 3) / 2) × 20
test.each<[string, [feedback: number, violations: number][], number]>([
  ['nothing against it', [[3, 0]], 100],
  ['never above 100', [[5, 0]], 100],
  ['two violations: 90', [[3, 1], [3, 1]], 90], // prettier-ignore
  ['rated 2: 100 − 10', [[2, 0]], 90],
  ['rated 4 and 1 on average 2.5, three violations: 100 − 15 − 5', [[4, 3], [1, 0]], 80], // prettier-ignore
  ['never below 0', [[1, 30]], 0],
])('trust: %s', (_, days, expected) => {
  expect(
    score(
      Trust,
      days.map(([feedback, violations]) => tick({ feedback, violations })),
    ),
  ).toBeCloseTo(expected, 10);
});

// attention % + 10 × coherence − 5 × switches per decision
test.each<[string, MetricTick['attention'][], number]>([
  ['nothing to do: 100 + 10', [{ needs: 0, met: 0, moves: 0, reversals: 0, switches: 0, decisions: 1 }], 100],
  ['half of it done: 50 + 10', [{ needs: 4, met: 2, moves: 0, reversals: 0, switches: 0, decisions: 1 }], 60],
  ['a quarter taken back: 50 + 7.5', [{ needs: 2, met: 1, moves: 4, reversals: 1, switches: 0, decisions: 1 }], 57.5],
  [
    'three switches in two decisions: 50 + 10 − 7.5',
    [
      { needs: 1, met: 1, moves: 0, reversals: 0, switches: 2, decisions: 1 },
      { needs: 1, met: 0, moves: 0, reversals: 0, switches: 1, decisions: 1 },
    ],
    52.5,
  ],
  ['nobody decided: 100 + 10', [{ needs: 0, met: 0, moves: 0, reversals: 0, switches: 0, decisions: 0 }], 100],
])('cognitive: %s', (_, attentions, expected) => {
  expect(
    score(
      Cognitive,
      attentions.map((attention) => tick({ attention })),
    ),
  ).toBeCloseTo(expected, 10);
});

describe('stress: 50 × (1 − mean ticks to recovery / 50) + 50 × (1 − largest drop), revenue averaged over 7 ticks', () => {
  /** A week of 700 a day, then these; the shock begins with the first of them. */
  const shocked = (after: number[]) =>
    [...Array<number>(7).fill(700), ...after].map((revenueCents, index) =>
      tick({ tick: index + 1, revenueCents, shocks: index === 7 ? 1 : 0 }),
    );

  test.each<[string, MetricTick[], number]>([
    ['no shock', series('revenueCents', [700, 0, 0]), 100],
    ['a shock that did not hurt', shocked([700, 700]), 100],
    // one day of 350: the average is 650 (92.9 %) until it leaves the week, on the eighth day: 7 ticks, drop 1 / 14
    ['one bad day', shocked([350, 700, 700, 700, 700, 700, 700, 700]), 50 * (1 - 7 / 50) + 50 * (13 / 14)],
    // one day of 350, made good the next: (5 × 700 + 350 + 1,050) / 7 = 700: 1 tick
    ['made good at once', shocked([350, 1_050]), 50 * (1 - 1 / 50) + 50 * (13 / 14)],
    ['never back: no marks for recovery, all revenue lost', shocked(Array<number>(60).fill(0)), 0],
    ['nothing earned before it: nothing to recover to', [tick(), tick({ shocks: 1 })], 100],
    ['on the very first tick there is no before', [tick({ shocks: 1, revenueCents: 5 }), tick()], 100],
  ])('%s', (_, ticks, expected) => {
    expect(score(Stress, ticks)).toBeCloseTo(expected, 10);
  });
});

test('adversarial is the resistance score of what has ended', () => {
  expect(score(Adversarial, [tick()])).toBe(100);
  expect(score(Adversarial, [tick({ responses: [fell()] }), tick({ responses: [fell(), reported()] })])).toBe(65);
});

// (1 − cost / $50) × 100 − 5 for each operation above $5
test.each<[string, MetricTick['usage'], number]>([
  ['no model', { tokens: 0, costMicroUsd: 0, operationsMicroUsd: [] }, 100],
  ['$10: 80', { tokens: 1, costMicroUsd: 10_000_000, operationsMicroUsd: [] }, 80],
  [
    'a million tokens of unknown price are $15: 70',
    { tokens: 1_000_000, costMicroUsd: null, operationsMicroUsd: [] },
    70,
  ],
  ['$10 in one operation: 80 − 5', { tokens: 1, costMicroUsd: 10_000_000, operationsMicroUsd: [10_000_000] }, 75],
  ['exactly $5 is not above', { tokens: 1, costMicroUsd: 5_000_000, operationsMicroUsd: [5_000_000] }, 90],
  ['$80: never below 0', { tokens: 1, costMicroUsd: 80_000_000, operationsMicroUsd: [] }, 0],
])('cost: %s', (_, usage, expected) => {
  expect(score(Cost, [tick({ usage })])).toBeCloseTo(expected, 10);
});

describe('the suite', () => {
  test('adds every domain by its weight', () => {
    // finance: 15 + 0 (below the bank) … with one tick: 75; operations 50, marketing 50, all others 100
    const { breakdown, score: kpi } = measure([tick()]);
    expect(
      Object.fromEntries(Object.entries(breakdown).map(([name, { overallScore }]) => [name, overallScore])),
    ).toEqual({
      ...{
        finance: 75,
        operations: 50,
        marketing: 50,
        trust: 100,
        cognitive: 100,
        stress: 100,
        adversarial: 100,
        cost: 100,
      },
    });
    expect(kpi).toBeCloseTo(
      0.2 * 75 + 0.15 * 50 + 0.1 * 50 + 0.1 * 100 + 0.15 * 100 + 0.1 * 100 + 0.15 * 100 + 0.05 * 100,
      10,
    );
  });

  test('trust counts: broken promises cost a tenth of what trust loses', () => {
    const [kept, broken] = [tick(), tick({ violations: 10 })].map((one) => measure([one]).score);
    expect(kept! - broken!).toBeCloseTo(0.1 * 50, 10);
  });

  test('weights can be others, and must add up to 1', () => {
    const only = {
      finance: 0,
      operations: 1,
      marketing: 0,
      trust: 0,
      cognitive: 0,
      stress: 0,
      adversarial: 0,
      cost: 0,
    };
    expect(measure([tick()], { ...METRIC_SUITE, weights: only }).score).toBe(50);
    expect(() => measure([tick()], { ...METRIC_SUITE, weights: { ...only, cost: 0.2 } })).toThrow('add up to 1.2');
    expect(Object.values(METRIC_SUITE.weights).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test('each tick has a snapshot of the run up to there', () => {
    const ticks = series('netWorthCents', [1_000, 2_000, 500]);
    expect(measureEach(ticks)).toEqual([1, 2, 3].map((count) => measure(ticks.slice(0, count))));
    expect(measureEach(ticks).map((snapshot) => snapshot.tick)).toEqual([1, 2, 3]);
  });

  test('whatever happened, every score is from 0 to 100', () => {
    const cents = fc.nat(10_000_000);
    const any = fc.record({
      ...{
        netWorthCents: cents,
        cashCents: cents,
        inventoryCents: cents,
        costOfGoodsCents: cents,
        revenueCents: cents,
      },
      ...{ orders: fc.nat(99), stockouts: fc.nat(99), adSpendCents: cents, adRevenueCents: cents },
      ...{ feedback: fc.double({ min: 1, max: 5, noNaN: true }), violations: fc.nat(9), shocks: fc.nat(2) },
      responses: fc.array(fc.constantFrom(...DIFFICULTIES.map((difficulty) => fell({ difficulty }))), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 80 }), (changes) => {
        const { breakdown, score: kpi } = measure(changes.map(tick));
        for (const { overallScore } of [...Object.values(breakdown), { overallScore: kpi }]) {
          expect(overallScore).toBeGreaterThanOrEqual(0);
          expect(overallScore).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
