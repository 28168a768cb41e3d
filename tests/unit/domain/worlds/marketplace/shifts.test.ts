import type { MarketShift } from '../../../../../src/domain/worlds/marketplace/rules';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { beginTick } from '../../../../../src/domain/simulation/tick';
import { opening, playDay, playDays, type Here } from './support';

/** Days 3 and 4 of a market in which nothing else happens. */
const market = (effect: MarketShift['effect'], more: Partial<MarketShift> = {}): Here =>
  opening(5, { eventProbability: 0, shifts: [{ name: 'change', day: 3, durationDays: 2, effect, ...more }] });
const quiet = () => ({});
const morningOf = (day: number, here: Here) =>
  beginTick(marketplace, playDays(here, day - 1, quiet).state).ask[0]!.view;
const orders = (day: number, here: Here) => morningOf(day, here).products.map(({ orders: { count } }) => count);

test('a demand factor acts on its days alone, and only on its products', () => {
  const plain = opening(5, { eventProbability: 0 });
  const halved = market({ demandFactor: 0.5 }, { skus: ['P002'] });
  expect([2, 3, 4, 5].map((day) => orders(day, halved)[0])).toEqual([2, 3, 4, 5].map((day) => orders(day, plain)[0]));
  expect(orders(2, halved)[1]).toBe(orders(2, plain)[1]);
  for (const day of [3, 4]) expect(orders(day, halved)[1]).toBeLessThanOrEqual(orders(day, plain)[1]! / 2 + 1);
  expect(orders(5, halved)[1]).toBe(orders(5, plain)[1]);
});

test('at half the visibility a fully advertised product is seen as before', () => {
  const full = () => ({ adSpend: { P002: 22_000 } }); // doubles what is seen tomorrow
  const hidden = playDays(market({ visibilityFactor: 0.5 }), 2, full);
  const plain = playDays(opening(5, { eventProbability: 0 }), 2, quiet);
  const seen = (here: Here) => beginTick(marketplace, here.state).ask[0]!.view.products[1]!.orders.count;
  expect(seen(hidden)).toBe(seen(plain));
});

test('a rule on advertising takes away its share of what advertising adds', () => {
  const here = playDays(market({ advertisingFactor: 0.4 }), 2, quiet);
  const { position } = playDay(here, () => ({ adSpend: { P001: 11_000 } }));
  // half of $220 adds 0.5; × 0.4 = 0.2
  expect(position.state.sellers[0]!.shelves[0]!.nextAdBoost).toBeCloseTo(1.2, 12);
});

test('goods that cost a quarter more are paid so, and move the cost of the stock by 0.3', () => {
  const here = playDays(market({ costFactor: 1.25 }), 2, () => ({ acceptAllOrders: false }));
  const before = here.state.sellers[0]!;
  const { position } = playDay(here, () => ({ acceptAllOrders: false, restock: { P001: 10 } }));
  const after = position.state.sellers[0]!;
  // 10 × 1,500 × 1.25 = 18,750, and $8 of overhead; 0.7 × 1,500 + 0.3 × 1,875 = 1,612.5 → 1,613
  expect(before.books.cash - after.books.cash).toBe(18_750 + 800);
  expect(after.shelves[0]).toMatchObject({ costCents: 1_613, stock: 110 });
  // 110 × 1,613 − 100 × 1,500 = 27,430 of value for 18,750: the books call the rest revaluation
  expect(after.books.revaluation).toBe(18_750 - 27_430);
});

test('suppliers ask more, too, while it lasts', () => {
  const asked = (day: number) => morningOf(day, market({ costFactor: 1.5 })).products[0]!.suppliers[0]!.costCents;
  const list = asked(2);
  expect(asked(3)).toBe(Math.floor(list * 1.5 + 0.5));
  expect(asked(5)).toBe(list);
});

test('a blockage of one lane delays what is on it, and nothing on another', () => {
  const supplier = (lane: 'overseas_ocean' | 'domestic') => ({
    ...{ id: lane, sku: 'P001', lane, leadDays: 30, reliability: 1, costCents: 1_000, minimum: 1 },
  });
  const delayed = (lane: 'overseas_ocean' | 'domestic') => {
    const blocked = { name: 'strait', day: 2, durationDays: 25, effect: { delayRisk: 0.9, lanes: ['overseas_ocean'] } };
    const start = opening(5, {
      ...{ eventProbability: 0, suppliers: [supplier(lane)], shifts: [blocked as MarketShift] },
    });
    const ordered = playDay(start, () => ({ supplierOrders: [{ sku: 'P001', quantity: 10 }] })).position;
    return playDays(ordered, 20, quiet).state.sellers[0]!.purchases[0]!.delayedDays;
  };
  expect(delayed('overseas_ocean')).toBeGreaterThanOrEqual(6); // 0.45 a day for 20 days; 14 at most
  expect(delayed('domestic')).toBeLessThanOrEqual(3); // the lane's own 0.018 a day
});

test('competitors who press ask no more than their share of the cheapest seller', () => {
  for (const day of [3, 4]) {
    const [earbuds] = morningOf(day, market({ undercut: 0.8 })).products;
    for (const cents of earbuds!.competitorsCents) expect(cents).toBeLessThanOrEqual(3_199); // 3,999 × 0.8
  }
});

test('an entrant comes with its shift, stays below the cheapest seller, and leaves with it', () => {
  const here = market({ entrant: 0.75 });
  const rivals = (day: number) => morningOf(day, here).products[0]!.competitorsCents;
  const before = rivals(2).length;
  expect(rivals(3)).toHaveLength(before + 1);
  expect(rivals(4).at(-1)).toBe(2_999); // 3,999 × 0.75 = 2,999.25
  expect(rivals(5)).toHaveLength(before);
});

test('nobody sells below two percent over cost', () => {
  const rivals = morningOf(3, market({ undercut: 0.1, entrant: 0.1 })).products[0]!.competitorsCents;
  expect(new Set(rivals)).toEqual(new Set([1_530])); // 1,500 × 1.02
});

test('a crisis costs stars at once and gives some back at its end', () => {
  const here = market({ ratingDrop: 1.5, ratingRecovery: 0.5 });
  const rating = (day: number) => morningOf(day, here).products[0]!.rating;
  expect([2, 3, 4, 5].map(rating)).toEqual([4.5, 3, 3, 3.5]);
});

test('what begins and ends is announced, seen with the days left, and wakes who waits for it', () => {
  const here = playDays(market({ demandFactor: 0.7 }), 2, quiet);
  const begun = playDay(here, quiet);
  expect(begun.events).toContainEqual({ type: 'market-shift-started', subject: 'change', data: { days: 2 } });
  expect(marketplace.conditions.marketEvent!(begun.position.state, begun.events)).toBe(true);
  expect(morningOf(4, market({ demandFactor: 0.7 })).conditions).toEqual([{ name: 'change', daysLeft: 1 }]);
  const ended = playDay(begun.position, quiet);
  expect(ended.events).toContainEqual({ type: 'market-shift-ended', subject: 'change', data: { days: 2 } });
  expect(marketplace.conditions.marketEventOver!(ended.position.state, ended.events)).toBe(true);
});

test('where information is partial, it is not said how long things last, how reliable suppliers are, what others ask', () => {
  const partial = opening(5, {
    ...{ sellers: ['a', 'b'], information: 'partial', eventProbability: 0 },
    shifts: [{ name: 'change', day: 1, durationDays: 9, effect: { demandFactor: 0.9 } }],
  });
  const view = morningOf(1, partial);
  expect(view.conditions).toEqual([{ name: 'change' }]);
  expect(view.otherSellers).toEqual([]);
  expect(view.products[0]!.suppliers[0]).not.toHaveProperty('reliability');
});
