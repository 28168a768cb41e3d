import type { Chance } from '../../../simulation/chance/chance';
import type { MarketDecision } from '../agent/decision';
import { post } from '../money/books';
import { clamp, share } from '../money/cents';
import { fulfillmentCents, shareKept } from '../money/fees';
import type { MarketState, Order, SellerState } from '../state';
import { shelfEntity, STREAM } from '../streams';
import { withToday } from '../supply/purchases';
import { noteTo, withShelf } from './apply-decision';
import { drawReturn } from './returns';

const BACKLOG_PATIENCE = 25;
const RATING_DECAY = 0.04;

const COMPLAINTS = { rejected: 0.05, priceLost: 0.15 } as const;
const STOCKOUT_TICKETS = 2;

/** Today's orders one by one; then customers who waited too long for an answer rate worse. */
export function fulfilOrders(
  state: MarketState,
  chance: Chance,
  sellerIndex: number,
  decision: MarketDecision,
): SellerState {
  const accepts = acceptance(state, decision);
  const { orders } = state.sellers[sellerIndex]!;
  let now = state;
  for (const order of orders) {
    const seller = handle(now, chance, sellerIndex, order, accepts(order));
    now = { ...now, sellers: now.sellers.with(sellerIndex, seller) };
  }
  const seller = { ...now.sellers[sellerIndex]!, orders: [] };
  const shelves = seller.shelves.map((shelf) =>
    shelf.backlog > BACKLOG_PATIENCE ? { ...shelf, rating: clamp(shelf.rating - RATING_DECAY, 1, 5) } : shelf,
  );
  return withToday({ ...seller, shelves }, () => ({ ordersReceived: orders.length }));
}

/** Nothing is accepted by default, and a rejected SKU is rejected whatever else accepts it. */
function acceptance(
  { scenario }: MarketState,
  { acceptAllOrders, acceptOrders, acceptSkus, rejectSkus }: MarketDecision,
): (order: Order) => boolean {
  const ids = new Set(acceptOrders);
  const accepted = new Set(acceptSkus);
  const rejected = new Set(rejectSkus);
  return ({ id, product }) => {
    const { sku } = scenario.catalogue[product]!;
    return !rejected.has(sku) && (acceptAllOrders || ids.has(id) || accepted.has(sku));
  };
}

function handle(state: MarketState, chance: Chance, sellerIndex: number, order: Order, accepted: boolean): SellerState {
  const seller = state.sellers[sellerIndex]!;
  const { priceCents, stock } = seller.shelves[order.product]!;
  const complains = (probability: number) =>
    chance.happens(probability, {
      ...{ stream: STREAM.complaint, tick: state.day, entity: shelfEntity(sellerIndex, order.product) },
      index: order.serial,
    });
  if (!accepted) return rejected(seller, order, complains(COMPLAINTS.rejected) ? 1 : 0);
  if (priceCents > order.capCents) return rejected(seller, order, complains(COMPLAINTS.priceLost) ? 1 : 0);
  if (stock < order.quantity) {
    const missed = withShelf(seller, order.product, ({ backlog }) => ({ backlog: backlog + STOCKOUT_TICKETS }));
    return withToday(missed, (today) => ({ stockouts: today.stockouts + 1 }));
  }
  return sell(state, chance, sellerIndex, order);
}

function rejected(seller: SellerState, { product }: Order, tickets: number): SellerState {
  const waiting = withShelf(seller, product, ({ backlog }) => ({ backlog: backlog + tickets }));
  return withToday(waiting, (today) => ({ ordersRejected: today.ordersRejected + 1 }));
}

/** The fees are taken from what the customer pays and from the cash; an order that neither can pay for is not shipped. */
function sell(state: MarketState, chance: Chance, sellerIndex: number, order: Order): SellerState {
  const seller = state.sellers[sellerIndex]!;
  const { product, quantity } = order;
  const { priceCents, costCents, adBoost, stock } = seller.shelves[product]!;
  const revenue = priceCents * quantity;
  const { fulfillment, payment, referral } = feesOf(state, order, revenue);
  const fees = fulfillment + payment + referral;
  if (seller.books.cash + revenue < fees) {
    return rejected(
      noteTo(seller, `FAILED order ${order.id}: its fees are more than its price and your cash.`),
      order,
      0,
    );
  }
  const goods = costCents * quantity;
  const books = post(seller.books, [
    ['cash', revenue - fees],
    ['sales', -revenue],
    ['fulfillment', fulfillment],
    ['paymentFees', payment],
    ['referral', referral],
    ['inventory', -goods],
    ['costOfGoods', goods],
  ]);
  const comesBack = drawReturn(state, chance, sellerIndex, order, revenue);
  const shipped = withShelf({ ...seller, books }, product, () => ({ stock: stock - quantity }));
  const returns = comesBack ? [...shipped.returns, comesBack] : shipped.returns;
  return withToday({ ...shipped, returns }, (today) => ({
    ordersFulfilled: today.ordersFulfilled + 1,
    unitsSold: today.unitsSold + quantity,
    revenueCents: today.revenueCents + revenue,
    costsCents: today.costsCents + fees,
    fulfillmentFeesCents: today.fulfillmentFeesCents + fulfillment,
    paymentFeesCents: today.paymentFeesCents + payment,
    referralFeesCents: today.referralFeesCents + referral,
    adAttributedRevenueCents: today.adAttributedRevenueCents + share(revenue, Math.min(0.5, Math.max(0, adBoost - 1))),
  }));
}

/** Where the market charges, the payment is part of what it keeps. */
function feesOf({ scenario: { fees, catalogue } }: MarketState, { product, quantity }: Order, revenue: number) {
  const line = catalogue[product]!;
  const kept = share(revenue, shareKept(fees, line));
  return {
    fulfillment: fulfillmentCents(fees, line) * quantity,
    payment: fees === 'flat' ? kept : 0,
    referral: fees === 'flat' ? 0 : kept,
  };
}
