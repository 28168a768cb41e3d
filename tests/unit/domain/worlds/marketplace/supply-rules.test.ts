import type { MarketScenario } from '../../../../../src/domain/worlds/marketplace/state';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { negotiate } from '../../../../../src/domain/worlds/marketplace/supply/negotiation';
import { opening, playDay, playDays, type Seller } from './support';

const SUPPLIER = {
  id: 'ACME',
  sku: 'P001',
  lane: 'domestic',
  leadDays: 4,
  reliability: 1,
  costCents: 1_000,
  minimum: 20,
} as const;
const afterOneDay = (scenario: Partial<MarketScenario>, seller: Seller) =>
  playDay(opening(2, { eventProbability: 0, ...scenario }), (view) => ({ acceptAllOrders: false, ...seller(view) }))
    .position.state.sellers[0]!;

describe('suppliers of the scenario', () => {
  test('take the place of those that chance would draw, for their products', () => {
    const { products } = opening(2, { suppliers: [SUPPLIER] }).state;
    expect(products[0]!.suppliers).toEqual([
      {
        ...{ id: 'ACME', lane: 'domestic', leadDays: 4, reliability: 1, costCents: 1_000, minimum: 20 },
        delayRisk: 0.018,
      },
    ]);
    expect(products[1]!.suppliers).toHaveLength(2);
  });

  test('deliver for certain when they are reliable', () => {
    const ordered = playDay(opening(2, { suppliers: [SUPPLIER] }), () => ({
      ...{ acceptAllOrders: false, supplierOrders: [{ sku: 'P001', quantity: 5 }] },
    })).position;
    const arrived = playDays(ordered, 20, () => ({ acceptAllOrders: false })).state.sellers[0]!;
    expect(arrived.shelves[0]).toMatchObject({ stock: 120, costCents: 1_350 }); // 0.7 × 1,500 + 0.3 × 1,000
  });
});

describe('an offer', () => {
  // list 1,000 and floor 900: the middle is 950
  test.each([
    [900, { unitCostCents: 900 }],
    [899, { counterCents: 950 }],
    [1_200, { unitCostCents: 1_000 }],
  ])('of %i cents comes to %j', (offer, result) => {
    expect(negotiate(1_000, 900, offer)).toEqual(result);
  });

  const buys =
    (offerCents?: number): Seller =>
    () => ({
      supplierOrders: [{ sku: 'P001', quantity: 20, ...(offerCents === undefined ? {} : { offerCents }) }],
    });
  test('is paid where suppliers negotiate, and is refused with what would do', () => {
    const rules = { suppliers: [SUPPLIER], negotiation: true };
    expect(afterOneDay(rules, buys(970)).purchases[0]!.unitCostCents).toBe(970); // floors are at most 0.97
    const refused = afterOneDay(rules, buys(500));
    expect(refused.purchases).toEqual([]);
    expect(refused.yesterday.notes[0]).toMatch(/^FAILED order of 20 P001 from ACME: he would take \$9\.\d\d a unit\.$/);
    expect(afterOneDay(rules, buys()).purchases[0]!.unitCostCents).toBe(1_000);
  });

  test('is said to be useless where they do not', () => {
    const [asked] = marketplace.beginTick(opening(2).state).ask;
    const { decision, feedback } = marketplace.parseDecision(
      { supplier_orders: [{ sku: 'P001', quantity: 20, unit_price: 9.5 }] },
      asked!.view,
    );
    expect(decision.supplierOrders).toEqual([{ sku: 'P001', quantity: 20 }]);
    expect(feedback).toEqual([
      'FAILED supplier_orders[0].unit_price: suppliers do not negotiate here; the list price was paid.',
    ]);
  });
});

describe('limits', () => {
  test('a warehouse holds what is on the shelves and on the way', () => {
    const limits = { warehouseUnits: 1_050 }; // 1,010 units are there
    const stuffed = afterOneDay({ limits, suppliers: [SUPPLIER] }, () => ({
      ...{
        restock: { P002: 15, P003: 11 },
        supplierOrders: [
          { sku: 'P001', quantity: 25 },
          { sku: 'P001', quantity: 21 },
        ],
      },
    }));
    expect(stuffed.shelves[1]!.stock).toBe(215);
    expect(stuffed.shelves[2]!.stock).toBe(61);
    expect(stuffed.purchases).toEqual([]);
    expect(stuffed.yesterday.notes).toEqual([
      'FAILED order of 25 P001 from ACME: your warehouse has room for 14.',
      'FAILED order of 21 P001 from ACME: your warehouse has room for 14.',
    ]);
  });

  test('advertising, purchases and restocking stop at theirs', () => {
    const limits = { adSpendPerDayCents: 5_000, purchasesPerDay: 1, instantRestock: false };
    const { yesterday } = afterOneDay({ limits, suppliers: [SUPPLIER] }, () => ({
      ...{ adSpend: { P001: 4_000, P002: 1_001 }, restock: { P001: 1 } },
      supplierOrders: [
        { sku: 'P001', quantity: 20 },
        { sku: 'P001', quantity: 20 },
      ],
    }));
    expect(yesterday.notes).toEqual([
      'FAILED restock of 1 P001: goods come from suppliers only.',
      'FAILED order of 20 P001 from ACME: at most 1 a day.',
      'FAILED advertising of P002: at most $50.00 a day.',
    ]);
    expect(yesterday).toMatchObject({ adSpendCents: 4_000, purchasesPlaced: 1 });
  });
});

describe('sellers with terms of their own', () => {
  const ecosystem = {
    sellers: ['a', 'b'],
    terms: { a: { skus: ['P001'], startCashCents: 5_000 }, b: { skus: ['P002'] } },
  };

  test('have their own capital and only their products', () => {
    const [a, b] = opening(2, ecosystem).state.sellers;
    expect(a!.books).toMatchObject({ cash: 5_000, inventory: 150_000 });
    expect(b!.books).toMatchObject({ cash: 1_000_000, inventory: 100_000 });
    const views = marketplace.beginTick(opening(2, ecosystem).state).ask.map(({ view }) => view);
    expect(views.map(({ products }) => products.map(({ sku }) => sku))).toEqual([['P001'], ['P002']]);
    expect(views[0]!.otherSellers).toEqual([{ seller: 'b', prices: { P002: 1_499 } }]);
    expect(views.map(({ orders }) => new Set(orders.map(({ sku }) => sku)))).toEqual([
      new Set(['P001']),
      new Set(['P002']),
    ]);
  });

  test('share demand only for what both have', () => {
    const orders = (terms: MarketScenario['terms']) =>
      marketplace
        .beginTick(opening(2, { sellers: ['a', 'b'], terms }).state)
        .ask.map(({ view }) => view.products[0]!.orders.count);
    const [both] = orders({});
    const [alone] = orders({ a: { skus: ['P001'] }, b: { skus: ['P001'] } });
    expect(both).toBe(alone);
    const [only] = orders({ a: { skus: ['P001'] }, b: { skus: ['P002'] } });
    expect(only).toBeGreaterThan(both!);
  });

  test('count each other as competitors, unless they are partners', () => {
    const besideACheapOne = (rivalry: 'rivals' | 'partners') => {
      const { position } = playDay(opening(2, { sellers: ['a', 'b'], rivalry, eventProbability: 0 }), ({ seller }) =>
        seller === 'b' ? { prices: { P008: 700 } } : {},
      );
      return marketplace.beginTick(position.state).ask[0]!.view.products[7]!.orders.count;
    };
    expect(besideACheapOne('rivals')).toBeLessThan(besideACheapOne('partners'));
  });
});

test('a scenario that speaks of a product nobody has is refused', () => {
  expect(() => opening(2, { suppliers: [{ ...SUPPLIER, sku: 'P777' }] })).toThrow(
    'marketplace: the scenario speaks of P777, which nobody sells',
  );
});

test('a seller with nothing to sell is refused', () => {
  expect(() => opening(2, { terms: { seller: { skus: [] } } })).toThrow(
    'marketplace: seller seller has nothing to sell',
  );
});
