import { ACCEPT_ALL, type MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { applyDecision } from '../../../../../src/domain/worlds/marketplace/sales/apply-decision';
import type { Shelf, Supplier } from '../../../../../src/domain/worlds/marketplace/state';
import { defaultSupplier } from '../../../../../src/domain/worlds/marketplace/supply/suppliers';
import { beginTick } from '../../../../../src/domain/simulation/tick';
import { luck, marketWith, opening, playDay, withCash } from './support';

// Every expected number was worked out with pencil from the formula in the name or the comment, not from the code.

const SUPPLIER = { lane: 'domestic', leadDays: 3, reliability: 1, sku: 'P001', minimum: 20 } as const;
const suppliers = [
  { ...SUPPLIER, id: 'DEAR', costCents: 1_200 },
  { ...SUPPLIER, id: 'CHEAP', costCents: 1_000 },
];

function decided(decision: Partial<MarketDecision>, cash = 1_000_000, shelf: Partial<Shelf> = {}) {
  const state = marketWith(withCash(cash), shelf, { suppliers });
  const seller = applyDecision(state, 0, { ...ACCEPT_ALL, ...decision });
  return { seller, cash: seller.books.cash, shelf: seller.shelves[0]!, notes: seller.today.notes };
}

test('$8 a day, or what is there', () => {
  expect(decided({}).cash).toBe(999_200);
  expect(decided({}, 500)).toMatchObject({ cash: 0, seller: { today: { overheadCents: 500 } } });
});

test('the overhead is paid before anything is bought: with $23 a restock of two at $15 fails, with $38 it does not', () => {
  expect(decided({ restock: { P001: 2 } }, 2_300)).toMatchObject({ cash: 1_500, shelf: { stock: 100 } });
  expect(decided({ restock: { P001: 2 } }, 2_300).notes[0]).toMatch(/^FAILED restock of 2 P001/);
  expect(decided({ restock: { P001: 2 } }, 3_800)).toMatchObject({ cash: 0, shelf: { stock: 102, costCents: 1_500 } });
});

test('what is bought comes in this order: restock, purchases, advertising, service', () => {
  // $815 less $8: 30 units for $450 leave $357; 20 from the cheap one for $200 leave $157; $150 leave $7; 7 of 40 cents
  const all: Partial<MarketDecision> = {
    ...{ restock: { P001: 30 }, supplierOrders: [{ sku: 'P001', quantity: 20 }] },
    ...{ adSpend: { P001: 15_000 }, customerOps: { P001: 'standard' } },
  };
  const { cash, seller, shelf, notes } = decided(all, 81_500, { backlog: 100 });
  expect(notes).toEqual([]);
  expect(seller.purchases).toHaveLength(1);
  expect(shelf).toMatchObject({ stock: 130, backlog: 83 }); // 30 were wanted, $7 pay for 17
  expect(cash).toBe(20);
});

test.each<[number, number]>([
  [5_500, 1.25],
  [22_000, 2],
  [30_000, 2],
])('%i cents of advertising: %d tomorrow, 1 today', (spend, tomorrow) => {
  const { shelf, cash } = decided({ adSpend: { P001: spend } });
  expect(shelf).toMatchObject({ adBoost: 1, nextAdBoost: tomorrow });
  expect(cash).toBe(999_200 - spend);
});

test('the larger of two pending boosts counts, and an ad that nobody can pay for fails', () => {
  expect(decided({ adSpend: { P001: 5_500 } }, 1_000_000, { nextAdBoost: 1.5 }).shelf.nextAdBoost).toBe(1.5);
  expect(decided({ adSpend: { P001: 5_500 } }, 6_299)).toMatchObject({ cash: 5_499, shelf: { nextAdBoost: 1 } });
});

// share of ten tickets cleared, cents for each, stars
test.each<['proactive' | 'standard' | 'minimal', number, number, number]>([
  ['proactive', 4, 450, 4.58], // 6 × 75
  ['standard', 7, 120, 4.53], // 3 × 40
  ['minimal', 9, 15, 4.48], // 1 × 15
])('%s service of ten tickets leaves %i, costs %i and makes a rating of %d', (level, left, cents, rating) => {
  const { shelf, cash } = decided({ customerOps: { P001: level } }, 1_000_000, { backlog: 10 });
  expect(shelf.backlog).toBe(left);
  expect(cash).toBe(999_200 - cents);
  expect(shelf.rating).toBeCloseTo(rating, 12);
});

test('service is scaled down to what the cash affords, and a rating ends at five', () => {
  const { shelf, cash } = decided({ customerOps: { P001: 'proactive' } }, 800 + 160, { backlog: 10, rating: 4.95 });
  expect(shelf).toMatchObject({ backlog: 8, rating: 5 }); // two tickets of 75
  expect(cash).toBe(10);
});

describe('a purchase', () => {
  test('is raised to the minimum and paid in full', () => {
    const { seller, cash } = decided({ supplierOrders: [{ sku: 'P001', quantity: 5, supplierId: 'DEAR' }] });
    expect(seller.purchases).toMatchObject([{ quantity: 20, unitCostCents: 1_200, daysLeft: 3, supplierId: 'DEAR' }]);
    expect(cash).toBe(999_200 - 24_000);
    expect(seller.books.goodsInTransit).toBe(24_000);
  });

  test('goes to the default supplier when the named one is unknown', () => {
    const { seller } = decided({ supplierOrders: [{ sku: 'P001', quantity: 25, supplierId: 'NOBODY' }] });
    expect(seller.purchases).toMatchObject([{ quantity: 25, supplierId: 'CHEAP' }]);
  });

  test('is rejected when the cash is short', () => {
    const { seller, cash, notes } = decided({ supplierOrders: [{ sku: 'P001', quantity: 20 }] }, 20_799);
    expect(seller.purchases).toEqual([]);
    expect(cash).toBe(19_999);
    expect(notes).toEqual(['FAILED order of 20 P001 from CHEAP: it costs $200.00, you have $199.99.']);
  });

  test('is of 2,000 units at most', () => {
    const [asked] = beginTick(marketplace, opening(1).state).ask;
    const raw = { supplier_orders: [{ sku: 'P001', quantity: 2_001 }] };
    const { decision } = marketplace.parseDecision(raw, asked!.view);
    expect(decision.supplierOrders).toEqual([{ sku: 'P001', quantity: 2_000 }]);
  });

  test.each<[string, Partial<Supplier>[], string]>([
    ['the cheapest', [{ costCents: 10 }, { costCents: 9, leadDays: 9 }], 'B'],
    ['then the quickest', [{ leadDays: 4 }, { leadDays: 3, reliability: 0.1 }], 'B'],
    ['then the most reliable', [{ reliability: 0.8 }, { reliability: 0.9 }], 'B'],
    ['then the first', [{}, {}], 'A'],
  ])('is delivered by %s', (_, [a, b], chosen) => {
    const plain = {
      lane: 'domestic',
      leadDays: 5,
      reliability: 0.9,
      delayRisk: 0,
      costCents: 10,
      minimum: 20,
    } as const;
    expect(
      defaultSupplier([
        { ...plain, ...a, id: 'A' },
        { ...plain, ...b, id: 'B' },
      ]).id,
    ).toBe(chosen);
  });
});

test('profit of a day is revenue − refunds + salvage − costs', () => {
  const { state } = playDay(opening(5, { eventProbability: 0 }), () => ({ restock: { P008: 10 } })).position;
  const { revenueCents, refundsCents, salvageCents, costsCents, profitCents } = state.sellers[0]!.yesterday;
  expect(profitCents).toBe(revenueCents - refundsCents + salvageCents - costsCents);
  expect(costsCents).toBeGreaterThan(800 + 10 * 300); // overhead, ten cables, and fees
});

test('the known luck of these tests is the number that was asked for', () => {
  const at = { stream: 1, tick: 1, entity: 1 };
  expect([luck(0.25).integer(1, 4, at), luck(0.25).between(2, 6, at), luck(0.25).happens(0.25, at)]).toEqual([
    2,
    3,
    false,
  ]);
});
