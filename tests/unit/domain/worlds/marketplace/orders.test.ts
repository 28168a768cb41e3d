import { ACCEPT_ALL, type MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import { orderBook } from '../../../../../src/domain/worlds/marketplace/demand/demand';
import { fulfilOrders } from '../../../../../src/domain/worlds/marketplace/sales/fulfil-orders';
import type { Order, SellerState, Shelf } from '../../../../../src/domain/worlds/marketplace/state';
import { luck, marketWith, withCash } from './support';

// Every expected number was worked out with pencil from the formula in the name or the comment, not from the code.

const order = (change: Partial<Order> = {}): Order => ({
  ...{ id: 'ORD-0001-0001', product: 0, quantity: 2, capCents: 3_999, serial: 0 },
  ...change,
});

/** A day's orders for earbuds: 1,500 cost, 3,999 price. At a luck of 0.9 nobody complains and nothing comes back. */
function sold(orders: Order[], shelf: Partial<Shelf> = {}, decision: Partial<MarketDecision> = {}, drawn = 0.9) {
  const state = marketWith({ ...withCash(1_000_000), orders }, shelf);
  const seller = fulfilOrders(state, luck(drawn), 0, { ...ACCEPT_ALL, ...decision });
  return { seller, shelf: seller.shelves[0]!, today: seller.today };
}

test('a customer takes one to three and pays 0.9 to 1.1 of the price that he saw', () => {
  const first = (drawn: number) => orderBook(marketWith(), luck(drawn), 0, [1])[0]!;
  expect(first(0)).toMatchObject({ id: 'ORD-0001-0001', product: 0, quantity: 1, capCents: 3_599 }); // 3,599.1
  expect(first(0.5)).toMatchObject({ quantity: 2, capCents: 3_999 });
  expect(first(0.999)).toMatchObject({ quantity: 3, capCents: 4_398 }); // 3,999 × 1.0998 = 4,398.1
});

test('a sale: $3.20 a unit and 3 % of the revenue are fees, goods leave at cost', () => {
  const { seller, today, shelf } = sold([order()]);
  // 2 × 3,999 = 7,998; 2 × 320 = 640; 239.94 → 240; 2 × 1,500 = 3,000
  expect(today).toMatchObject({ revenueCents: 7_998, fulfillmentFeesCents: 640, paymentFeesCents: 240, unitsSold: 2 });
  expect(today.costsCents).toBe(880);
  expect(seller.books).toMatchObject({ cash: 1_007_118, sales: -7_998, costOfGoods: 3_000 });
  expect(shelf.stock).toBe(98);
});

describe('an order is looked at in this order', () => {
  test('accepted? Nothing is by default, and a rejected SKU is rejected whatever accepts it', () => {
    const none = { acceptAllOrders: false };
    expect(sold([order()], {}, none).today).toMatchObject({ ordersRejected: 1, ordersFulfilled: 0 });
    expect(sold([order()], {}, { ...none, acceptSkus: ['P001'] }).today.ordersFulfilled).toBe(1);
    expect(sold([order()], {}, { ...none, acceptOrders: ['ORD-0001-0001'] }).today.ordersFulfilled).toBe(1);
    expect(sold([order()], {}, { rejectSkus: ['P001'] }).today.ordersFulfilled).toBe(0);
    expect(sold([order()], {}, { rejectSkus: ['P001'], acceptOrders: ['ORD-0001-0001'] }).today.ordersRejected).toBe(1);
  });

  test('not dearer than what he pays? A price that is lost counts as rejected, even before an empty shelf', () => {
    expect(sold([order({ capCents: 3_998 })]).today).toMatchObject({ ordersRejected: 1, stockouts: 0 });
    expect(sold([order({ capCents: 3_998 })], { stock: 0 }).today).toMatchObject({ ordersRejected: 1, stockouts: 0 });
    expect(sold([order({ capCents: 3_999 })]).today.ordersFulfilled).toBe(1);
  });

  test('all of it there? Nothing is delivered in part, and the next order takes what is left', () => {
    const { today, shelf } = sold([order({ quantity: 3 }), order({ quantity: 2, serial: 1 })], { stock: 2 });
    expect(today).toMatchObject({ stockouts: 1, ordersFulfilled: 1, unitsSold: 2, ordersReceived: 2 });
    expect(shelf.stock).toBe(0);
  });
});

test.each<[string, Partial<Shelf>, Partial<MarketDecision>, number, number]>([
  ['a rejected order: a ticket below 0.05', {}, { acceptAllOrders: false }, 0.049, 1],
  ['and none from there', {}, { acceptAllOrders: false }, 0.05, 0],
  ['a lost price: a ticket below 0.15', { priceCents: 4_000 }, {}, 0.149, 1],
  ['and none from there', { priceCents: 4_000 }, {}, 0.15, 0],
  ['an empty shelf: two tickets, for certain', { stock: 0 }, {}, 0.999, 2],
])('%s', (_, shelf, decision, drawn, tickets) => {
  expect(sold([order()], shelf, decision, drawn).shelf.backlog).toBe(tickets);
});

test.each<[number, number, number]>([
  [25, 4.5, 4.5],
  [26, 4.5, 4.46],
  [26, 1.01, 1], // never below one star
])('%i unanswered tickets at a rating of %d: %d in the evening', (backlog, rating, after) => {
  expect(sold([], { backlog, rating }).shelf.rating).toBeCloseTo(after, 12);
});

test.each<[number, number]>([
  [1, 0],
  [1.25, 2_000], // 7,998 × 0.25 = 1,999.5
  [1.4, 3_199], // × 0.4 = 3,199.2
  [2, 3_999], // × 0.5 at most
])('of a sale of 7,998 at an advertising of %d the ads brought %i', (adBoost, cents) => {
  expect(sold([order()], { adBoost }).today.adAttributedRevenueCents).toBe(cents);
});

test('without cash a sale pays its own fees', () => {
  const state = marketWith({ ...withCash(0), orders: [order()] });
  const { books }: SellerState = fulfilOrders(state, luck(0.9), 0, ACCEPT_ALL);
  expect(books.cash).toBe(7_118);
});
