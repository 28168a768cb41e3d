import {
  CATALOGUE,
  LANE_FACTS,
  MINIMUM_ORDERS,
  RETURN_HABITS,
} from '../../../../../src/domain/worlds/marketplace/catalogue';
import { equityOf } from '../../../../../src/domain/worlds/marketplace/money/books';
import { drawReturn, resolveReturns } from '../../../../../src/domain/worlds/marketplace/sales/returns';
import type { ActiveEvent, PendingReturn, Purchase } from '../../../../../src/domain/worlds/marketplace/state';
import { receivePurchases } from '../../../../../src/domain/worlds/marketplace/supply/purchases';
import { suppliersOf } from '../../../../../src/domain/worlds/marketplace/supply/suppliers';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';
import { post } from '../../../../../src/domain/worlds/marketplace/money/books';
import { luck, marketWith, opening, withCash } from './support';

// Every expected number was worked out with pencil from the formula in the name or the comment, not from the code.

describe('facts', () => {
  test('the catalogue: cost, price, stock, demand', () => {
    expect(
      CATALOGUE.map(({ costCents, priceCents, stock, baseDemand }) => [costCents, priceCents, stock, baseDemand]),
    ).toEqual([
      [1_500, 3_999, 100, 8],
      [500, 1_499, 200, 15],
      [2_200, 5_999, 50, 3],
      [1_200, 2_999, 80, 5],
      [2_500, 6_999, 60, 4],
      [1_800, 4_999, 70, 6],
      [400, 1_299, 150, 10],
      [300, 999, 300, 20],
    ]);
  });

  test('the lanes: days, reliability, risk of a delay', () => {
    expect(LANE_FACTS).toEqual({
      domestic: { leadDays: [2, 5], reliability: [0.9, 0.99], delayRisk: 0.018 },
      nearshore: { leadDays: [4, 8], reliability: [0.86, 0.97], delayRisk: 0.038 },
      overseas_air: { leadDays: [5, 10], reliability: [0.82, 0.95], delayRisk: 0.062 },
      overseas_ocean: { leadDays: [9, 18], reliability: [0.78, 0.93], delayRisk: 0.095 },
    });
    expect(MINIMUM_ORDERS).toEqual([20, 25, 30, 40]);
  });

  test('what comes back: base, restockable, recovery, salvage', () => {
    expect(RETURN_HABITS).toEqual({
      audio: { base: 0.046, restockable: 0.58, recovery: [0.42, 0.86], salvage: 0.24 },
      charging: { base: 0.024, restockable: 0.76, recovery: [0.65, 0.97], salvage: 0.15 },
      connectivity: { base: 0.026, restockable: 0.79, recovery: [0.68, 0.98], salvage: 0.14 },
      workstation: { base: 0.038, restockable: 0.66, recovery: [0.5, 0.9], salvage: 0.19 },
      camera: { base: 0.042, restockable: 0.6, recovery: [0.46, 0.87], salvage: 0.22 },
      accessories: { base: 0.02, restockable: 0.82, recovery: [0.72, 0.99], salvage: 0.12 },
    });
  });

  test('a seller opens with $10,000 and stock for $8,820 at cost', () => {
    // 150,000 + 100,000 + 110,000 + 96,000 + 150,000 + 126,000 + 60,000 + 90,000
    expect(equityOf(opening(1).state.sellers[0]!.books)).toBe(1_882_000);
  });

  test('two suppliers a product, drawn within their lane', () => {
    // half way: the third lane of four, 5 + 3 days, 0.82 + 0.065, 1,500 × 1.05, the third minimum
    expect(suppliersOf(STANDARD_MARKET, luck(0.5), 0)).toEqual(
      ['SUP-P001-1', 'SUP-P001-2'].map((id) => ({
        ...{ id, lane: 'overseas_air', leadDays: 8, reliability: expect.closeTo(0.885, 12) as number },
        ...{ delayRisk: 0.062, costCents: 1_575, minimum: 30 },
      })),
    );
  });
});

describe('on the way', () => {
  const purchase = (change: Partial<Purchase> = {}): Purchase => ({
    ...{ id: 'PO-1', product: 0, supplierId: 'ACME', quantity: 100, unitCostCents: 1_000, serial: 0 },
    ...{ daysLeft: 5, delayedDays: 0, delays: 0 },
    ...change,
  });
  const shock: ActiveEvent = { id: 'E', type: 'supply_shock', product: 0, severity: 0.7, daysLeft: 5 };

  function arrived(
    drawn: number,
    change: Partial<Purchase>,
    lane: 'domestic' | 'overseas_ocean' = 'domestic',
    events: ActiveEvent[] = [],
  ) {
    const supplier = { id: 'ACME', sku: 'P001', lane, leadDays: 5, reliability: 0.9, costCents: 1_000, minimum: 20 };
    const one = purchase(change);
    const { books } = withCash(1_000_000);
    const paid = post(books, [
      ['goodsInTransit', one.quantity * 1_000],
      ['cash', -one.quantity * 1_000],
    ]);
    const state = { ...marketWith({ books: paid, purchases: [one] }, {}, { suppliers: [supplier] }), events };
    const { seller } = receivePurchases(state, luck(drawn), 0);
    return { left: seller.purchases[0], shelf: seller.shelves[0]!, books: seller.books };
  }

  test.each<[string, number, 'domestic' | 'overseas_ocean', ActiveEvent[], number]>([
    ['a domestic day is lost below 0.018', 0.0179, 'domestic', [], 5],
    ['and not from there', 0.018, 'domestic', [], 4],
    ['a shock of supply adds 0.18: below 0.198', 0.1979, 'domestic', [shock], 5],
    ['and not from there', 0.198, 'domestic', [shock], 4],
    ['by sea in a shock: below 0.275', 0.2749, 'overseas_ocean', [shock], 5],
    ['and not from there', 0.2751, 'overseas_ocean', [shock], 4],
    ['a shock of another product does nothing', 0.1, 'domestic', [{ ...shock, product: 1 }], 4],
  ])('%s', (_, drawn, lane, events, daysLeft) => {
    // these draws delay by 1 + floor(3 × luck) = 1 day
    expect(arrived(drawn, {}, lane, events).left!.daysLeft).toBe(daysLeft);
  });

  test('fourteen days of delay are the most, and on the last day nothing is delayed any more', () => {
    expect(arrived(0.001, { delayedDays: 13 }).left).toMatchObject({ daysLeft: 5, delayedDays: 14, delays: 1 });
    expect(arrived(0.001, { delayedDays: 14 }).left).toMatchObject({ daysLeft: 4, delayedDays: 14, delays: 0 });
    expect(arrived(0.001, { daysLeft: 1 }).left).toBeUndefined();
  });

  test('all of it arrives below the reliability; the cost of a unit is 0.7 old and 0.3 new, whatever the quantities', () => {
    const { shelf, books } = arrived(0.89, { daysLeft: 1 });
    expect(shelf).toMatchObject({ stock: 200, costCents: 1_350 }); // 1,050 + 300
    expect(books).toMatchObject({ goodsInTransit: 0, purchaseLosses: 0 });
  });

  test.each<[number, number, number]>([
    [0.9, 92, 8_000], // 0.65 + 0.3 × 0.9 = 0.92
    [0.99, 94, 6_000], // 0.947
  ])('at a luck of %d %i of 100 arrive, and what was paid for the rest is lost', (drawn, received, lost) => {
    const { shelf, books } = arrived(drawn, { daysLeft: 1 });
    expect(shelf.stock).toBe(100 + received);
    expect(books.purchaseLosses).toBe(lost);
  });
});

describe('what comes back', () => {
  const order = { id: 'ORD-1', product: 0, quantity: 3, capCents: 4_000, serial: 0 };

  test('is drawn at the sale: whether, when, how much of it can be sold again', () => {
    // day 1 is in the wave: (0.046 + 2 × 0.012) × 1.35 = 0.0945
    expect(drawReturn(marketWith(), luck(0.095), 0, order, 11_997)).toBeUndefined();
    // 2 + floor(9 × 0.09) = 2 days; 3 × (0.42 + 0.44 × 0.09) = 1.38 → 1
    expect(drawReturn(marketWith(), luck(0.09), 0, order, 11_997)).toEqual({
      ...{ product: 0, daysLeft: 2, refundDueCents: 11_997, units: 3, unitCostCents: 1_500 },
      ...{ restockUnits: 1, reconciled: false },
    });
  });

  const due: PendingReturn = {
    ...{ product: 0, daysLeft: 1, refundDueCents: 7_998, units: 2, unitCostCents: 1_500 },
    ...{ restockUnits: 1, reconciled: false },
  };

  test('the whole line is refunded, one unit goes back, the damaged one brings 24 % of its cost', () => {
    const { seller } = resolveReturns(marketWith({ ...withCash(100_000), returns: [due] }), 0);
    expect(seller.shelves[0]!.stock).toBe(101);
    expect(seller.today).toMatchObject({ refundsCents: 7_998, salvageCents: 360, returnsProcessed: 1 });
    expect(seller.books.cash).toBe(100_000 - 7_998 + 360);
    expect(seller.returns).toEqual([]);
  });

  test('is refunded as far as the cash goes, and the rest is tried again every day; goods are reconciled once', () => {
    const state = marketWith({ ...withCash(5_000), returns: [due] });
    const { seller: short } = resolveReturns(state, 0);
    expect(short.books).toMatchObject({ cash: 0, refundsDue: -2_638 }); // 7,998 − 5,360
    expect(equityOf(short.books)).toBe(short.books.inventory - 2_638);
    const again = { ...state, sellers: state.sellers.with(0, { ...short, books: withMore(short.books, 3_000) }) };
    const { seller } = resolveReturns(again, 0);
    expect(seller.books).toMatchObject({ cash: 362, refundsDue: 0 });
    expect(seller.shelves[0]!.stock).toBe(101);
    expect(seller.returns).toEqual([]);
  });

  test('waits for its day', () => {
    const { seller } = resolveReturns(marketWith({ returns: [{ ...due, daysLeft: 3 }] }), 0);
    expect(seller.returns).toMatchObject([{ daysLeft: 2, reconciled: false }]);
  });
});

function withMore(books: Parameters<typeof post>[0], cents: number) {
  return post(books, [
    ['cash', cents],
    ['opening', -cents],
  ]);
}
