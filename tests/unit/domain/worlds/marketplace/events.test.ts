import { ageEvents, injectEvents } from '../../../../../src/domain/worlds/marketplace/demand/market-events';
import type { ActiveEvent, Competitor, MarketEventType } from '../../../../../src/domain/worlds/marketplace/state';
import { drawCompetitors, moveCompetitors } from '../../../../../src/domain/worlds/marketplace/supply/competitors';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { beginTick } from '../../../../../src/domain/simulation/tick';
import { luck, marketWith, opening, playDays } from './support';

// Every expected number was worked out with pencil from the formula in the name or the comment, not from the code.

const event = (type: MarketEventType, severity: number, daysLeft = 5): ActiveEvent => ({
  ...{ id: `EVT-1-${type}`, type, product: 0, severity, daysLeft },
});
/** A scheduled event; at a luck of a half its severity is scaled by 1. */
const starts = (type: MarketEventType, severity: number, shelf = {}) =>
  injectEvents(
    marketWith({}, shelf, { scheduledEvents: [{ day: 1, type, sku: 'P001', severity, durationDays: 4 }] }),
    luck(0.5),
  ).state;

describe('by chance', () => {
  const market = marketWith({}, {}, { eventProbability: 0.05 });

  test('one event a day below 0.05, and none from there', () => {
    expect(injectEvents(market, luck(0.05)).state.events).toEqual([]);
    // the first type of five; 0.7 × (0.8 + 0.4 × 0.04) = 0.5712; 3 + floor(12 × 0.04) days; the first of eight products
    expect(injectEvents(market, luck(0.04)).state.events).toEqual([
      { id: 'EVT-1-supply_shock', type: 'supply_shock', product: 0, severity: expect.closeTo(0.5712, 12), daysLeft: 3 },
    ]);
  });

  test('the five types have their severities, days from 3 to 14, and all products are hit', () => {
    const certain = { ...market, scenario: { ...market.scenario, eventProbability: 1 } };
    const at = (drawn: number) => injectEvents(certain, luck(drawn)).state.events[0]!;
    // severity × (0.8 + 0.4 × luck)
    const seen = [0.1, 0.3, 0.5, 0.7, 0.9].map((drawn) => [at(drawn).type, at(drawn).severity] as const);
    expect(seen).toEqual([
      ['supply_shock', expect.closeTo(0.588, 12)], // 0.7 × 0.84
      ['price_war', expect.closeTo(0.552, 12)], // 0.6 × 0.92
      ['demand_spike', expect.closeTo(0.5, 12)],
      ['demand_crash', expect.closeTo(0.648, 12)], // 0.6 × 1.08
      ['review_bomb', expect.closeTo(0.58, 12)], // 0.5 × 1.16
    ]);
    expect([at(0.999).daysLeft, at(0.999).product]).toEqual([14, 7]);
  });
});

test.each<[string, ActiveEvent[], number]>([
  ['a spike of 0.5: 1 + 2 × 0.5', [event('demand_spike', 0.5)], 2],
  ['a spike of 1.5: 3.5 at most', [event('demand_spike', 1.5)], 3.5],
  ['a crash of 0.6: 1 − 0.75 × 0.6', [event('demand_crash', 0.6)], 0.55],
  ['a crash of 1.2: 0.25 at least', [event('demand_crash', 1.2)], 0.25],
  ['two spikes of 1: 9, held at 4', [event('demand_spike', 1), event('demand_spike', 1)], 4],
  ['two crashes of 1: 0.0625, held at 0.2', [event('demand_crash', 1), event('demand_crash', 1)], 0.2],
  ['both: 2 × 0.55', [event('demand_spike', 0.5), event('demand_crash', 0.6)], 1.1],
  [
    'one that ends this evening does not count any more',
    [event('demand_spike', 1, 1), event('demand_crash', 0.6)],
    0.55,
  ],
  [
    'shocks, wars and bombs move no demand',
    [event('supply_shock', 1), event('price_war', 1), event('review_bomb', 1)],
    1,
  ],
])('demand in events: %s', (_, events, multiplier) => {
  const { products } = ageEvents({ ...marketWith(), events }).state;
  expect(products[0]!.demandMultiplier).toBeCloseTo(multiplier, 12);
  expect(products[1]!.demandMultiplier).toBe(1);
});

// at the start − 1.2 × severity, from 0.25 to 2.2; at the end + 0.45 × severity, from 0.1 to 0.75
test.each<[number, number, number]>([
  [0.5, 3.9, 4.125],
  [0.1, 4.25, 4.35],
  [2, 2.3, 3.05],
])('a review bomb of %d: from 4.5 to %d, and back to %d', (severity, during, after) => {
  const bombed = starts('review_bomb', severity);
  expect(bombed.sellers[0]!.shelves[0]!.rating).toBeCloseTo(during, 12);
  const over = ageEvents({ ...bombed, events: bombed.events.map((one) => ({ ...one, daysLeft: 1 })) }).state;
  expect(over.sellers[0]!.shelves[0]!.rating).toBeCloseTo(after, 12);
  expect(over.events).toEqual([]);
});

describe('competitors', () => {
  const rival = (priceCents: number, aggression = 0.5): Competitor => ({ priceCents, aggression });

  test('one or two, at 0.85 to 1.15 of our price, with an aggression from 0.2 to 0.8', () => {
    expect(drawCompetitors(luck(0), 0, 4_000, 'normal')).toEqual([{ priceCents: 3_400, aggression: 0.2 }]);
    const drawn = drawCompetitors(luck(0.75), 0, 4_000, 'normal');
    expect(drawn).toHaveLength(2);
    expect(drawn[0]).toEqual({ priceCents: 4_300, aggression: expect.closeTo(0.65, 12) }); // 1.075; 0.2 + 0.45
  });

  // ours 3,999, cost 1,500
  test.each<[string, number, number, number, ActiveEvent[], number]>([
    ['undercuts below 0.5 × 0.12 = 0.06: 3,999 × 0.904', 4_000, 0.5, 0.05, [], 3_615],
    ['drifts from there: 4,000 × (0.97 + 0.06 × 0.06 = 0.9736)', 4_000, 0.5, 0.06, [], 3_894],
    ['drifts half way: × 1', 4_000, 0.5, 0.5, [], 4_000],
    ['never above 1.35 of ours: 5,398.65', 6_000, 0.5, 0.5, [], 5_399],
    ['never below 1.02 of the cost', 1_000, 0.5, 0.5, [], 1_530],
    ['in a war of 0.6: × (1 − 0.108)', 4_000, 0.5, 0.5, [event('price_war', 0.6)], 3_568],
    ['in a war of 2: × 0.70, not 0.64', 4_000, 0.5, 0.5, [event('price_war', 2)], 2_800],
    ['in a war of 0.05: × 0.98, not 0.991', 4_000, 0.5, 0.5, [event('price_war', 0.05)], 3_920],
  ])('%s', (_, price, aggression, drawn, events, expected) => {
    const state = { ...marketWith(), events };
    const products = state.products.with(0, { ...state.products[0]!, competitors: [rival(price, aggression)] });
    expect(moveCompetitors({ ...state, products }, luck(drawn), 0)).toMatchObject([{ priceCents: expected }]);
  });

  // × (1 − 0.35 × severity), from 0.55 to 0.95
  test.each<[number, number]>([
    [0.6, 0.79],
    [2, 0.55],
    [0.1, 0.95],
  ])('a war of %d begins with %d of their prices', (severity, factor) => {
    const before = marketWith().products[0]!.competitors.map(({ priceCents }) => priceCents);
    const after = starts('price_war', severity).products[0]!.competitors.map(({ priceCents }) => priceCents);
    expect(after).toEqual(before.map((cents) => Math.round(cents * factor)));
  });
});

test('an event of today moves the orders of tomorrow, not those of today', () => {
  const spike = { day: 3, type: 'demand_spike', sku: 'P001', severity: 1, durationDays: 5 } as const;
  const orders = (days: number, scheduledEvents: (typeof spike)[]) => {
    const here = playDays(opening(8, { eventProbability: 0, scheduledEvents }), days, () => ({}));
    return beginTick(marketplace, here.state).ask[0]!.view.products[0]!.orders.count;
  };
  expect(orders(2, [spike])).toBe(orders(2, []));
  expect(orders(3, [spike])).toBeGreaterThan(orders(3, []));
});
