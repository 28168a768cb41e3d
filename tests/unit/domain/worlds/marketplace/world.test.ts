import fc from 'fast-check';
import { EXPLOITS } from '../../../../../src/domain/evaluation/adversarial/exploits';
import { MARKET_BOTS } from '../../../../../src/domain/worlds/marketplace/bots';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { equityOf } from '../../../../../src/domain/worlds/marketplace/money/books';
import type { MarketScenario } from '../../../../../src/domain/worlds/marketplace/state';
import { positionHash } from '../../../../../src/domain/simulation/position';
import { beginTick } from '../../../../../src/domain/simulation/tick';
import { fastForward } from '../../../../../src/domain/simulation/fast-forward';
import { opening, playDay, playDays, type Here, type Seller } from './support';

const greedy: Seller = (view) => MARKET_BOTS['greedy-script']!(view);
const baseline: Seller = (view) => MARKET_BOTS['baseline-v1']!(view);
const first = ({ state }: Here) => state.sellers[0]!;

describe('the same seed and the same decisions', () => {
  test('come to the same state, which is known', () => {
    expect(positionHash(playDays(opening(42), 60, greedy))).toMatchInlineSnapshot(
      `"a7c4e832b49e759e81d49ff8868ce075ef2e49e592ce6d5443edb616a729c2cb"`,
    );
    expect(positionHash(playDays(opening(42), 60, baseline))).toMatchInlineSnapshot(
      `"8f94220b9979a22be7fdbef2652c1fe23db10c5c6eb9453b2383447aa2b0bfd3"`,
    );
  });

  test('another seed is another market', () => {
    expect(positionHash(playDays(opening(43), 5, greedy))).not.toBe(positionHash(playDays(opening(42), 5, greedy)));
  });
});

test('two sellers of different minds end differently and plausibly', () => {
  const worth = (seller: Seller) => equityOf(first(playDays(opening(42), 180, seller)).books);
  const [a, b] = [worth(greedy), worth(baseline)];
  expect(a).not.toBe(b);
  for (const cents of [a, b]) {
    expect(cents).toBeGreaterThan(100_000); // not ruined,
    expect(cents).toBeLessThan(50_000_000); // and not fifty times as rich
  }
});

test('raising a price today never gains orders today', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 1, max: 3, noNaN: true }), (seed, factor) => {
      const here = playDays(opening(seed), 3, greedy);
      const same = playDay(here, () => ({}));
      const dearer = playDay(here, (view) => ({
        prices: Object.fromEntries(view.products.map(({ sku, priceCents }) => [sku, Math.ceil(priceCents * factor)])),
      }));
      const sold = (played: typeof same) => first(played.position).yesterday;
      expect(sold(dearer).ordersReceived).toBe(sold(same).ordersReceived);
      expect(sold(dearer).ordersFulfilled).toBeLessThanOrEqual(sold(same).ordersFulfilled);
    }),
    { numRuns: 20 },
  );
});

test('advertising acts tomorrow, on tomorrow alone, and only for its product', () => {
  const here = playDays(opening(7, { eventProbability: 0 }), 2, () => ({}));
  const advertised = playDay(here, () => ({ adSpend: { P002: 22_000 } })).position;
  const silent = playDay(here, () => ({})).position;
  const ordersNext = (at: Here) =>
    beginTick(marketplace, at.state).ask[0]!.view.products.map(({ orders }) => orders.count);
  const [loud, quiet] = [ordersNext(advertised), ordersNext(silent)];
  expect(first(advertised).yesterday.ordersReceived).toBe(first(silent).yesterday.ordersReceived);
  expect(loud[1]).toBeGreaterThanOrEqual(2 * quiet[1]! - 1);
  expect(loud.filter((_, product) => product !== 1)).toEqual(quiet.filter((_, product) => product !== 1));
  const after = (at: Here) => ordersNext(playDay(at, () => ({})).position);
  expect(after(advertised)).toEqual(after(silent));
});

test('a decision does not shift the luck of another product', () => {
  const here = opening(11, { eventProbability: 0 });
  const quiet = playDays(here, 10, () => ({}));
  const busy = playDays(here, 10, () => ({ restock: { P003: 5 }, prices: { P003: 5_000 } }));
  const others = ({ state }: Here) => state.sellers[0]!.shelves.filter((_, product) => product !== 2);
  expect(others(busy)).toEqual(others(quiet));
});

/** Decisions as a careless model would make them, through the parser. */
const anything = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(fc.jsonValue() as fc.Arbitrary<unknown>, fc.array(tie('json'))),
})).json;
const sku = fc.oneof(fc.constantFrom('P001', 'P004', 'P008'), fc.constant('P999'), fc.constant('__proto__'));
const amount = fc.oneof(fc.integer({ min: -5, max: 5_000 }), fc.double(), anything);
const raw = fc.oneof(
  anything,
  fc.record(
    {
      accept_all_orders: fc.oneof(fc.boolean(), anything),
      accept_skus: fc.oneof(fc.array(sku), anything),
      reject_skus: fc.array(sku, { maxLength: 2 }),
      accept_orders: fc.array(fc.oneof(fc.constant('ORD-0001-0001'), anything)),
      price_changes: fc.dictionary(sku, amount),
      restock: fc.dictionary(sku, amount),
      supplier_orders: fc.array(
        fc.oneof(
          fc.record({ sku, quantity: amount, supplier_id: fc.constant('SUP-P001-1'), unit_price: amount }),
          anything,
        ),
      ),
      ad_budget_shift: fc.dictionary(sku, amount),
      customer_ops: fc.dictionary(sku, fc.oneof(fc.constantFrom('proactive', 'standard', 'minimal'), anything)),
      message_responses: fc.array(
        fc.oneof(fc.record({ id: fc.constant('MSG-0002-1'), action: fc.constantFrom('comply', 'report') }), anything),
      ),
      credit: fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), anything),
      price_commands: fc.array(
        fc.oneof(
          fc.record({ id: fc.constantFrom('1', '2', '3'), sku, price: fc.double({ min: 0, max: 2_000 }) }),
          anything,
        ),
      ),
    },
    { requiredKeys: [] },
  ),
);

test('whatever is answered, no invariant breaks, and every day is profit = growth of cash', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(raw, { minLength: 1, maxLength: 25 }), (seed, answers) => {
      const adversarial = [{ day: 2, exploit: EXPLOITS[0]! }];
      let here = opening(seed, { sellers: ['a', 'b'], startCashCents: 200_000, adversarial });
      for (const answer of answers) {
        const before = here.state.sellers.map(({ books }) => books.cash);
        here = playDay(here, (view) => marketplace.parseDecision(answer, view).decision).position;
        here.state.sellers.forEach(({ books, yesterday }, index) => {
          expect(books.cash - before[index]!).toBe(yesterday.profitCents);
        });
      }
    }),
    { numRuns: 30 },
  );
});

/** Every rule at once, drawn by chance. */
const shift = fc.record({
  ...{
    name: fc.constantFrom('x', 'y', 'z'),
    day: fc.integer({ min: 1, max: 12 }),
    durationDays: fc.integer({ min: 1, max: 9 }),
  },
  effect: fc.record(
    {
      ...{
        demandFactor: fc.double({ min: 0.1, max: 3, noNaN: true }),
        visibilityFactor: fc.double({ min: 0, max: 1, noNaN: true }),
      },
      ...{
        costFactor: fc.double({ min: 0.5, max: 3, noNaN: true }),
        delayRisk: fc.double({ min: 0, max: 1, noNaN: true }),
      },
      ...{
        undercut: fc.double({ min: 0.3, max: 1, noNaN: true }),
        entrant: fc.double({ min: 0.3, max: 1.5, noNaN: true }),
      },
      ...{
        ratingDrop: fc.double({ min: 0, max: 4, noNaN: true }),
        ratingRecovery: fc.double({ min: 0, max: 4, noNaN: true }),
      },
    },
    { requiredKeys: [] },
  ),
});
const rules = fc.record({
  ...{ seasonality: fc.boolean(), negotiation: fc.boolean(), debtRatioMax: fc.constantFrom(0, 0.3, 0.9) },
  ...{
    competition: fc.constantFrom('low', 'normal', 'high', 'extreme' as const),
    fees: fc.constantFrom('flat', 'marketplace' as const),
  },
  ...{
    arbitration: fc.constantFrom('none', 'own', 'shared' as const),
    information: fc.constantFrom('full', 'partial' as const),
  },
  ...{ rivalry: fc.constantFrom('rivals', 'partners' as const), startCashCents: fc.constantFrom(0, 5_000, 500_000) },
  limits: fc.constantFrom({}, { warehouseUnits: 900 }, { instantRestock: false, purchasesPerDay: 1 }),
  shifts: fc.uniqueArray(shift, { selector: ({ name }) => name }),
  terms: fc.constantFrom({}, { b: { skus: ['P001', 'P008'], startCashCents: 70_000 } }),
}) as fc.Arbitrary<Partial<MarketScenario>>;

test('whatever the rules and the answers are, no invariant breaks, and cash grows by profit and credit', () => {
  fc.assert(
    fc.property(fc.nat(), rules, fc.array(raw, { minLength: 1, maxLength: 15 }), (seed, chosen, answers) => {
      let here = opening(seed, { ...chosen, sellers: ['a', 'b'] });
      for (const answer of answers) {
        const before = here.state.sellers.map(({ books }) => books.cash + books.loan);
        const unpaid = (at: Here, index: number) => at.state.sellers[index]!.books.interest;
        const owed = here.state.sellers.map((_, index) => unpaid(here, index));
        here = playDay(here, (view) => marketplace.parseDecision(answer, view).decision).position;
        here.state.sellers.forEach(({ books, yesterday }, index) => {
          const capitalised = books.interest - owed[index]! - yesterday.interestCents;
          expect(books.cash + books.loan - before[index]!).toBe(yesterday.profitCents - capitalised);
        });
      }
    }),
    { numRuns: 40 },
  );
});

test('the parts of a decision are validated alone, and what is wrong is said', () => {
  const [asked] = beginTick(marketplace, opening(1).state).ask;
  const { decision, feedback } = marketplace.parseDecision(
    {
      ...{ reasoning: 'try', accept_all_orders: 'yes', accept_skus: ['P001', 'P777'] },
      ...{ price_changes: { P001: 41.5, P002: -3, P003: 'cheap' }, restock: { P004: 10.9, P005: 0 } },
      ...{ supplier_orders: [{ sku: 'P006', quantity: 25 }, { sku: 'P006' }], customer_ops: { P007: 'kind' } },
    },
    asked!.view,
  );
  expect(decision).toMatchObject({
    ...{ acceptAllOrders: false, acceptSkus: ['P001'], prices: { P001: 4_150 }, restock: { P004: 10 } },
    ...{ supplierOrders: [{ sku: 'P006', quantity: 25 }], customerOps: {} },
  });
  expect(feedback).toEqual([
    'FAILED accept_all_orders: expected true or false, got "yes".',
    'FAILED accept_skus: expected a SKU of this market, got "P777".',
    'FAILED price_changes.P002: expected a price in dollars above 0, got -3.',
    'FAILED price_changes.P003: expected a price in dollars above 0, got "cheap".',
    'FAILED restock.P005: expected a number of units, 1 or more, got 0.',
    'FAILED supplier_orders[1].quantity: expected a number of units, 1 or more, got nothing.',
    'FAILED customer_ops.P007: expected proactive, standard, minimal, got "kind".',
  ]);
});

test('fast-forward sells on with the standing orders until a shelf is empty', () => {
  const start = playDay(opening(42), () => ({})).position;
  const { position, wokenBy } = fastForward(marketplace, start, { untilTick: 180, wake: ['emptyShelf'] }, 1_000);
  expect(wokenBy).toBe('emptyShelf');
  expect(first(position).books.sales).toBeLessThan(first(start).books.sales); // income is a credit
});
