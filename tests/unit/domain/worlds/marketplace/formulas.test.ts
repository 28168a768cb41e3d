import {
  demandUnits,
  splitDemand,
  type DemandFactors,
} from '../../../../../src/domain/worlds/marketplace/demand/demand';
import { demandSeason, isWeekend, returnSeason } from '../../../../../src/domain/worlds/marketplace/calendar';
import { returnProbability } from '../../../../../src/domain/worlds/marketplace/sales/returns';

// Every expected number was worked out with pencil from the formula in the comment, not from the code.

// floor(floor(base × factor × multiplier × max(0.2, ad) × (0.4 + rating/5 × 0.8) × noise) × clamp(rivals/own, 0.65, 1.35) × season)
const plain: DemandFactors = {
  ...{ baseDemand: 8, demandFactor: 1, demandMultiplier: 1, adBoost: 1, rating: 5, noise: 1 },
  ...{ averageRivalCents: 4_000, priceCents: 4_000, season: 1 },
};
test.each<[string, Partial<DemandFactors>, number]>([
  ['8 × 1.2 = 9.6 → 9', {}, 9],
  ['rating 2.5: 8 × 0.8 = 6.4 → 6', { rating: 2.5 }, 6],
  ['rating 1: 8 × 0.56 = 4.48 → 4', { rating: 1 }, 4],
  ['noise 0.7: 6.72 → 6', { noise: 0.7 }, 6],
  ['advertised twice: 19.2 → 19', { adBoost: 2 }, 19],
  ['advertising below 0.2 counts as 0.2: 1.92 → 1', { adBoost: 0.1 }, 1],
  ['recession 0.7: 6.72 → 6', { demandFactor: 0.7 }, 6],
  ['a crash × 0.5: 4.8 → 4', { demandMultiplier: 0.5 }, 4],
  ['20 % dearer than rivals: 9 × 0.8333 = 7.5 → 7', { priceCents: 4_800 }, 7],
  ['twice as dear: held at 0.65: 5.85 → 5', { priceCents: 8_000 }, 5],
  ['half as dear: held at 1.35: 12.15 → 12', { priceCents: 2_000 }, 12],
  ['in season: 9 × 1.18 = 10.62 → 10', { season: 1.18 }, 10],
])('demand: %s', (_, change, units) => {
  expect(demandUnits({ ...plain, ...change })).toBe(units);
});

test.each<[number[], number[]]>([
  [[9], [9]],
  [
    [9, 9],
    [5, 4],
  ], // 4.5 each: the odd unit to the first
  [
    [9, 3],
    [7, 2],
  ], // 6.75 and 2.25: the odd unit to the larger remainder
  [
    [0, 6],
    [0, 6],
  ],
  [
    [0, 0],
    [0, 0],
  ],
  [
    [4, 4, 4],
    [2, 1, 1],
  ], // 1.333 each
])('sellers who could sell %j alone sell %j together', (alone, together) => {
  expect(splitDemand(alone)).toEqual(together);
});

// (base + max(0, 4.4 − rating) × 0.018 + (quantity − 1) × 0.012) × season, held between 0.008 and 0.30
test.each<[string, [number, number, number, number], number]>([
  ['a good shop: the base', [0.046, 4.5, 1, 1], 0.046],
  ['rating 3.4: + 0.018', [0.046, 3.4, 1, 1], 0.064],
  ['three units: + 0.024', [0.046, 4.5, 3, 1], 0.07],
  ['the return wave: 0.046 × 1.35', [0.046, 4.5, 1, 1.35], 0.0621],
  ['never below 0.008', [0.001, 5, 1, 1], 0.008],
  ['never above 0.30', [0.2, 1, 3, 2.5], 0.3],
])('probability of a return: %s', (_, [base, rating, quantity, season], probability) => {
  expect(returnProbability(base, rating, quantity, season)).toBeCloseTo(probability, 12);
});

// days 6 and 7 of each week are the weekend, × 1.05; day 366 is day 1 of the next year
test.each<[number, 'audio' | 'accessories' | 'workstation', number]>([
  [36, 'audio', 1], // after the holidays' last day, a Monday
  [35, 'audio', 0.966], // 0.92 × 1.05: a Sunday
  [34, 'accessories', 1.05],
  [1, 'workstation', 0.92],
  [366, 'workstation', 0.92],
  [320, 'audio', 1.18],
  [320, 'accessories', 1],
  [220, 'workstation', 1.1],
])('day %i, %s: demand × %d', (day, category, factor) => {
  expect(demandSeason(day, category)).toBeCloseTo(factor, 12);
});

test('the weekend is the sixth and the seventh day of each seven', () => {
  expect([1, 5, 6, 7, 8, 13, 14].filter(isWeekend)).toEqual([6, 7, 13, 14]);
});

test('what was given for the holidays comes back until day 45', () => {
  expect([returnSeason(45, 'camera'), returnSeason(46, 'camera'), returnSeason(45, 'charging')]).toEqual([1.35, 1, 1]);
});
