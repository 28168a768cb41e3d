import { beginTick } from '../../../../../../src/domain/simulation/tick';
import { marketplace } from '../../../../../../src/domain/worlds/marketplace';
import type { MarketView, ProductView } from '../../../../../../src/domain/worlds/marketplace/agent/view';
import { marginCents } from '../../../../../../src/domain/worlds/marketplace/skills/action';
import { businessOf } from '../../../../../../src/domain/worlds/marketplace/skills/charter';
import { customerService } from '../../../../../../src/domain/worlds/marketplace/skills/customer-service';
import { financialAnalyst } from '../../../../../../src/domain/worlds/marketplace/skills/financial-analyst';
import { marketingManager } from '../../../../../../src/domain/worlds/marketplace/skills/marketing-manager';
import { toDecision } from '../../../../../../src/domain/worlds/marketplace/skills/merge';
import { productSourcing } from '../../../../../../src/domain/worlds/marketplace/skills/product-sourcing';
import { supplyManager } from '../../../../../../src/domain/worlds/marketplace/skills/supply-manager';
import { situationOf } from '../../../../../../src/domain/worlds/marketplace/skills/playbook';
import { opening } from '../support';

const market: MarketView = beginTick(marketplace, opening(42).state).ask[0]!.view;
const orders = (units: number): ProductView['orders'] => ({ ...market.products[0]!.orders, count: units, units });
/** Bought at 1,000, sold at 2,000 as everybody does; ten units are wanted, thirty are there. */
const plain: ProductView = {
  ...market.products[0]!,
  ...{ costCents: 1_000, restockCents: 1_000, priceCents: 2_000, stock: 30, backlog: 0, rating: 4.5 },
  ...{ demandTrend: 'normal', competitorsCents: [1_800, 1_836], suppliers: [], orders: orders(10) },
};
const seen = (product: Partial<ProductView>, view: Partial<MarketView> = {}): MarketView => ({
  ...{ ...market, day: 10, days: 180, inbound: [], events: [], cashCents: 900_000 },
  ...view,
  products: [{ ...plain, ...product }],
});
const [SKU] = [plain.sku];

test('a margin is what is left after the payment, the shipping and the goods: 1,940 − 320 − 1,000', () => {
  expect(marginCents(plain, 2_000)).toBe(620);
});

describe('SupplyManager', () => {
  test('buys four days of orders when today’s are not covered: 40 − 9 = 31', () => {
    expect(supplyManager.propose(seen({ stock: 10 }))).toEqual([]);
    expect(supplyManager.propose(seen({ stock: 9 }))).toMatchObject([
      { type: 'restock', subject: SKU, parameters: { units: 31 }, budgetCents: 31_000 },
    ]);
  });
  test('buys nothing that sells at a loss, and nothing where goods come from suppliers only', () => {
    expect(supplyManager.propose(seen({ stock: 0, priceCents: 1_360 }))).toEqual([]); // 1,319 − 320 − 1,000 = −1
    const limits = { rules: { ...market.rules, limits: { instantRestock: false } } };
    expect([supplyManager.urgency(seen({ stock: 0 }, limits)), supplyManager.urgency(seen({ stock: 0 }))]).toEqual([
      0, 0.9,
    ]);
  });
});

test('nobody buys more than the warehouse holds, with what is on the way', () => {
  const limits = { rules: { ...market.rules, limits: { warehouseUnits: 30 } } };
  const inbound = [{ id: 'PO', sku: 'P002', quantity: 15, daysLeft: 1, delayedDays: 0 }];
  expect(supplyManager.propose(seen({ stock: 9 }, { ...limits, inbound }))).toMatchObject([
    { parameters: { units: 6 } },
  ]);
  const two = {
    ...seen({ stock: 9 }, limits),
    products: [
      { ...plain, stock: 9 },
      { ...plain, sku: 'P002', stock: 9 },
    ],
  };
  expect(supplyManager.propose(two).map(({ parameters }) => parameters.units)).toEqual([12]); // 30 − 18, none for the second
});

describe('ProductSourcing', () => {
  const supplier = (costCents: number, change = {}) => ({
    ...{
      id: `S${costCents}`,
      lane: 'domestic' as const,
      leadDays: 3,
      reliability: 0.9,
      costCents,
      minimum: 40,
      ...change,
    },
  });
  test('orders a week from who is cheaper by more than he loses: 960 × (1 + 0.1 × 0.2) = 979.2 of 980', () => {
    expect(productSourcing.propose(seen({ suppliers: [supplier(961), supplier(960)] }))).toMatchObject([
      { type: 'place_order', choices: { supplierId: 'S960' }, parameters: { units: 70 }, budgetCents: 67_200 },
    ]);
    expect(productSourcing.propose(seen({ suppliers: [supplier(961)] }))).toEqual([]);
  });
  test('at least what he delivers, and never before the last order has come', () => {
    const [order] = productSourcing.propose(seen({ suppliers: [supplier(900)], orders: orders(3) }));
    expect(order!.parameters).toEqual({ units: 40 });
    const inbound = [{ id: 'PO', sku: SKU, quantity: 1, daysLeft: 1, delayedDays: 0 }];
    expect(productSourcing.propose(seen({ suppliers: [supplier(900)] }, { inbound }))).toEqual([]);
  });
  test('not when the goods would come too late to be sold', () => {
    const until = (days: number) => productSourcing.propose(seen({ suppliers: [supplier(900)] }, { days })).length;
    expect([until(20), until(19)]).toEqual([1, 0]); // day 10 + 3 + 7
  });
  test('from whoever sells where nothing can be bought at once', () => {
    const rules = { ...market.rules, limits: { instantRestock: false } };
    expect(productSourcing.propose(seen({ suppliers: [supplier(1_500)] }, { rules }))).toHaveLength(1);
  });
});

describe('MarketingManager', () => {
  test('advertises where half as many visitors more bring more than they cost', () => {
    // 40 units × 620 × half = 12,400 cents; 41: 12,710, above 11,000 × 1.15 = 12,650
    const campaign = (units: number) => marketingManager.propose(seen({ orders: orders(units), stock: 100 }));
    expect(campaign(40)).toEqual([]);
    expect(campaign(41)).toMatchObject([{ type: 'run_marketing_campaign', parameters: { cents: 11_000 } }]);
  });
  test('not without the goods for it, nor on the last day', () => {
    expect(marketingManager.propose(seen({ orders: orders(50), stock: 99 }))).toEqual([]);
    expect(marketingManager.propose(seen({ orders: orders(50), stock: 100 }, { day: 180 }))).toEqual([]);
  });
  test('follows competitors down, a tenth at most, where more than ten days of stock lie', () => {
    expect(marketingManager.propose(seen({ stock: 100 }))).toEqual([]);
    const [cut] = marketingManager.propose(seen({ stock: 101 })); // rivals at 1,818, 10 % dearer
    expect(cut).toMatchObject({ type: 'set_price', parameters: { priceCents: 1_818 } });
    const [far] = marketingManager.propose(seen({ stock: 101, competitorsCents: [1_000] }));
    expect(far!.parameters).toEqual({ priceCents: 1_800 });
  });
});

test.each<[string, Partial<ProductView>, object[]]>([
  ['seven tickets do no harm', { backlog: 7 }, []],
  ['eight: 3 answered at 40', { backlog: 8 }, [{ choices: { level: 'standard' }, budgetCents: 120, priority: 0.4 }]],
  [
    'sixteen: 10 answered at 75',
    { backlog: 16 },
    [{ choices: { level: 'proactive' }, budgetCents: 750, priority: 0.8 }],
  ],
  [
    'a poor rating: 5 answered at 75',
    { backlog: 8, rating: 4.1 },
    [{ choices: { level: 'proactive' }, budgetCents: 375 }],
  ],
])('CustomerService: %s', (_, product, actions) => {
  expect(customerService.propose(seen(product))).toMatchObject(actions);
});

describe('FinancialAnalyst', () => {
  const price = (product: Partial<ProductView>) =>
    financialAnalyst.propose(seen(product)).map(({ parameters }) => parameters.priceCents);
  test('raises by 5 % at most, up to a tenth above the competitors', () => {
    expect(price({})).toEqual([]); // 1,818 × 1.1 = 1,999.8
    expect(price({ competitorsCents: [1_900] })).toEqual([2_090]); // 1,900 × 1.1, less than 2,100
    expect(price({ competitorsCents: [3_000] })).toEqual([2_100]);
  });
  test('raises what hardly earns, and what is wanted', () => {
    expect(price({ restockCents: 1_430 })).toEqual([2_100]); // 190 of 2,000 is less than a tenth
    expect(price({ demandTrend: 'high' })).toEqual([2_100]);
  });
  test('stops spending below $1,000', () => {
    const saving = (cashCents: number) => financialAnalyst.propose(seen({}, { cashCents })).map(({ type }) => type);
    expect(saving(99_999)).toEqual(['implement_cost_reduction', 'reduce_campaign_spend']);
    expect(saving(100_000)).toEqual([]);
  });
});

test('what was agreed is one decision', () => {
  const view = seen({ stock: 0, backlog: 20, competitorsCents: [3_000] });
  const actions = [supplyManager, customerService, financialAnalyst].flatMap((one) => one.propose(view));
  expect(toDecision(actions, 'All.')).toMatchObject({
    ...{ acceptAllOrders: true, prices: { [SKU]: 2_100 }, restock: { [SKU]: 40 }, customerOps: { [SKU]: 'proactive' } },
    ...{ adSpend: {}, supplierOrders: [] },
    reasoning: expect.stringMatching(
      /^All\.; SupplyManager: restock P001 \(10 units are ordered, 0 are in stock\); /,
    ) as string,
  });
});

// health 0.6 at no gain or loss; 0.6 − 1.2 × loss, 0.6 + 0.8 × gain
test.each<[number, number]>([
  [0, 0.6],
  [-0.25, 0.3],
  [-0.6, 0],
  [0.25, 0.8],
  [0.5, 1],
  [3, 1],
])('a return of %d is a health of %d', (roi, health) => {
  expect(businessOf(seen({}, { roi })).health).toBeCloseTo(health, 12);
});

test('a price war is an act of a competitor, a crash is an event', () => {
  const during = (type: string) => situationOf(seen({}, { events: [{ type, sku: SKU }] }));
  expect(during('price_war')).toMatchObject({ competitorSeverity: 0.8, eventSeverity: 0 });
  expect(during('demand_crash')).toMatchObject({ competitorSeverity: 0, eventSeverity: 0.75 });
  expect(during('demand_spike')).toMatchObject({ competitorSeverity: 0, eventSeverity: 0 });
});
