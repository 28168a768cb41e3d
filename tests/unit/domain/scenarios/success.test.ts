import { bonusOf } from '../../../../src/domain/scenarios/bonus';
import { judgeScenario } from '../../../../src/domain/scenarios/judge';
import type { DayFigures } from '../../../../src/domain/scenarios/run-reader';
import { Judge, type Judging } from '../../../../src/domain/scenarios/success';
import { scenario } from './definitions';

/** Three days of one shop that began with $1,000. */
const day = (more: Partial<DayFigures>): DayFigures => ({
  ...{ cashCents: 50_000, equityCents: 100_000, revenueCents: 20_000, profitCents: 5_000, refundsCents: 1_000 },
  ...{ ordersFulfilled: 9, stockouts: 1, rating: 4, adSpendCents: 500, ...more },
});
const DAYS = [day({ equityCents: 120_000 }), day({ equityCents: 90_000, profitCents: -2_000 }), day({ rating: 3.4 })];
type Criteria = Record<string, number | boolean>;
const judgeRun = (criteria: Criteria, days: DayFigures[], judging: Omit<Judging, 'openingEquityCents'> = {}) => {
  const judge = new Judge(criteria, { openingEquityCents: 100_000, ...judging });
  for (const one of days) judge.add(one);
  return judge.verdict();
};
const judged = (criteria: Criteria, days = DAYS) => judgeRun(criteria, days);

// profit 50 − 20 + 50 = 80; revenue 600; equity 1,000; drawdown (1,200 − 900) / 1,200; csat (4 + 4 + 3.4) / 3
test.each<[string, number, number]>([
  ['profit', 80, 80.01],
  ['revenue_min', 600, 601],
  ['equity', 1_000, 1_001],
  ['roi', 0, 0.01],
  ['csat_min', 3.79, 3.81],
  ['on_time', 0.9, 0.91],
  ['orders_target', 27, 28],
])('%s is enough at %d and not at %d', (name, enough, tooMuch) => {
  expect(judged({ [name]: enough }).passed).toBe(true);
  expect(judged({ [name]: tooMuch }).passed).toBe(false);
});

test.each<[string, number, number]>([
  ['stockouts_max', 3, 2],
  ['refund_rate_max', 0.05, 0.049],
  ['ad_spend_max', 15, 14],
  ['drawdown_max', 0.25, 0.24],
  ['profitMax', 80, 79],
])('%s holds at %d and not at %d', (name, holds, broken) => {
  expect(judged({ [name]: holds }).passed).toBe(true);
  expect(judged({ [name]: broken }).passed).toBe(false);
});

test('a run passes when all criteria hold, and each is reported', () => {
  const verdict = judged({ profit_min: 80, stockouts_max: 1, survival: true });
  expect(verdict).toMatchObject({
    passed: false,
    composite: 0,
    criteria: [
      { name: 'profit_min', target: 80, value: 80, passed: true },
      { name: 'stockouts_max', target: 1, value: 3, passed: false },
      { name: 'survival', target: true, value: true, passed: true },
    ],
  });
});

describe('survival', () => {
  const survived = (days: DayFigures[]) => judged({ survival: true }, days).passed;
  const broke = (days: number) => Array.from({ length: days }, () => day({ cashCents: 0 }));

  test('ends with the first day on which nothing is left', () => {
    expect(survived([day({}), day({ equityCents: 1 })])).toBe(true);
    expect(survived([day({ equityCents: 0 }), day({})])).toBe(false);
  });

  test('stands six days without cash in a row, not seven', () => {
    expect(survived([...broke(6), day({}), ...broke(6)])).toBe(true);
    expect(survived([...broke(7), day({})])).toBe(false);
  });
});

test('a criterion about a figure that days do not have says so', () => {
  expect(() => judged({ csat_min: 3 }, [day({}), { equityCents: 1, cashCents: 1 }])).toThrow(
    '1 of 2 days have no figure "rating"',
  );
  expect(() => judged({ survival: true }, [{ equityCents: 1 }])).toThrow('no figure "cashCents"');
  expect(judged({ orders: 1 }, [{ ordersFulfilled: 1 }]).passed).toBe(true);
});

test('of one seller his own figures count, and his share of the revenue of all', () => {
  const days = [{ ...day({}), 'a.revenueCents': 5_000, 'a.profitCents': 700 }];
  const verdict = judgeRun({ market_share: 0.25, profit: 7 }, days, { seller: 'a' });
  expect(verdict.criteria.map(({ value }) => value)).toEqual([0.25, 7]);
});

describe('the bonus', () => {
  const policy = { capMultiple: 2, gamma: 0.75, weight: 0.3, riskLambda: 0 };
  // 0.3 × n^0.75: 0.5^0.75 = √0.5 × √√0.5 = 0.70711 × 0.84090 = 0.59460
  test.each([
    [0.9, 0],
    [1, 0],
    [1.5, 0.17838],
    [2, 0.3],
    [9, 0.3],
  ])('of %d times the target is %d', (achievement, bonus) => {
    expect(bonusOf(policy, achievement, 0)).toBeCloseTo(bonus, 5);
  });

  test('shrinks with the risk that was taken, not below 0', () => {
    expect(bonusOf({ ...policy, riskLambda: 0.5 }, 2, 0.4)).toBeCloseTo(0.1, 12);
    expect(bonusOf({ ...policy, riskLambda: 0.5 }, 2, 0.9)).toBe(0);
  });

  test('comes on top of passing only', () => {
    expect(judgeRun({ profit: 40 }, DAYS, { bonus: policy })).toMatchObject({ achievement: 2, composite: 1.3 });
    expect(judgeRun({ profit: 40, stockouts_max: 0 }, DAYS, { bonus: policy }).composite).toBe(0);
  });
});

describe('a scenario is judged', () => {
  const figures = (seller: string) => ({ [`${seller}.profitCents`]: seller === 'a' ? 900_000 : 100 });
  const days = [{ ...day({ profitCents: 900_100 }), ...figures('a'), ...figures('b') }];
  for (const seller of ['a', 'b'])
    days[0] = { ...days[0]!, [`${seller}.equityCents`]: 100, [`${seller}.cashCents`]: 100 };
  const roles = [{ name: 'a' }, { name: 'b' }];
  const judge = (more: object = {}) =>
    judgeScenario(scenario({ successCriteria: { profit: 9_000 }, ...more }), days).map(({ seller, verdict }) => [
      ...[seller, verdict.passed],
    ]);

  test('seller by seller where they compete, together where they are partners or one', () => {
    expect(judge({ multiAgentConfig: { roles } })).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(judge({ multiAgentConfig: { roles, interactionMode: 'cooperative' } })).toEqual([[undefined, true]]);
    expect(judge()).toEqual([[undefined, true]]);
  });
});
