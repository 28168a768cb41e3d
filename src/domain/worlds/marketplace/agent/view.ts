import { dayOfYear, demandSeason, isWeekend, returnSeason, seasonsOn } from '../calendar';
import { RETURN_HABITS, type Category, type Lane } from '../catalogue';
import { equityOf } from '../money/books';
import { share } from '../money/cents';
import { returnProbability } from '../sales/returns';
import type { DayFigures, DayResults, MarketState, Order, SellerState } from '../state';

const ORDERS_SHOWN = 20;

/** What one seller knows before he decides. Money in cents. */
export interface MarketView {
  seller: string;
  day: number;
  days: number;
  calendar: { dayOfYear: number; weekend: boolean; seasons: string[] };
  cashCents: number;
  equityCents: number;
  /** Equity against what he began with. */
  roi: number;
  products: ProductView[];
  /** The first of today's orders; the products count all of them. */
  orders: OrderView[];
  orderIds: string[];
  inbound: { id: string; sku: string; quantity: number; daysLeft: number; delayedDays: number }[];
  pendingReturns: { count: number; dueCents: number };
  events: { type: string; sku: string; daysLeft: number }[];
  otherSellers: { seller: string; prices: Record<string, number> }[];
  yesterday: DayResults;
  history: DayFigures[];
}

export interface ProductView {
  sku: string;
  name: string;
  category: Category;
  costCents: number;
  priceCents: number;
  stock: number;
  rating: number;
  backlog: number;
  season: number;
  returnRate: number;
  demandTrend: 'high' | 'normal' | 'low';
  orders: { count: number; units: number; averageCapCents: number; lowestCapCents: number; highestCapCents: number };
  competitorsCents: number[];
  suppliers: { id: string; lane: Lane; leadDays: number; reliability: number; costCents: number; minimum: number }[];
}

export interface OrderView {
  id: string;
  sku: string;
  quantity: number;
  capCents: number;
}

export function viewOf(state: MarketState, sellerIndex: number): MarketView {
  const seller = state.sellers[sellerIndex]!;
  const { day, scenario } = state;
  const skuOf = (product: number) => scenario.catalogue[product]!.sku;
  const equityCents = equityOf(seller.books);
  const opening = -seller.books.opening;
  return {
    seller: seller.id,
    day,
    days: scenario.days,
    calendar: { dayOfYear: dayOfYear(day), weekend: isWeekend(day), seasons: seasonsOn(day) },
    cashCents: seller.books.cash,
    equityCents,
    roi: (equityCents - opening) / opening,
    products: scenario.catalogue.map((_, product) => productView(state, seller, product)),
    orders: seller.orders.slice(0, ORDERS_SHOWN).map(({ id, product, quantity, capCents }) => ({
      ...{ id, sku: skuOf(product), quantity, capCents },
    })),
    orderIds: seller.orders.map(({ id }) => id),
    inbound: seller.purchases.map(({ id, product, quantity, daysLeft, delayedDays }) => ({
      ...{ id, sku: skuOf(product), quantity, daysLeft, delayedDays },
    })),
    pendingReturns: {
      count: seller.returns.length,
      dueCents: seller.returns.reduce((sum, { refundDueCents }) => sum + refundDueCents, 0),
    },
    events: state.events.map(({ type, product, daysLeft }) => ({ type, sku: skuOf(product), daysLeft })),
    otherSellers: state.sellers
      .filter((_, index) => index !== sellerIndex)
      .map(({ id, shelves }) => ({
        seller: id,
        prices: Object.fromEntries(shelves.map(({ priceCents }, product) => [skuOf(product), priceCents])),
      })),
    yesterday: seller.yesterday,
    history: seller.history,
  };
}

function productView(state: MarketState, { shelves, orders }: SellerState, product: number): ProductView {
  const { sku, name, category } = state.scenario.catalogue[product]!;
  const { costCents, priceCents, stock, rating, backlog } = shelves[product]!;
  const { competitors, suppliers, demandMultiplier } = state.products[product]!;
  return {
    ...{ sku, name, category, costCents, priceCents, stock, rating, backlog },
    season: demandSeason(state.day, category),
    returnRate: returnProbability(RETURN_HABITS[category].base, rating, 1, returnSeason(state.day, category)),
    demandTrend: demandMultiplier > 1.5 ? 'high' : demandMultiplier < 0.7 ? 'low' : 'normal',
    orders: summaryOf(orders.filter((order) => order.product === product)),
    competitorsCents: competitors.map((rival) => rival.priceCents),
    suppliers: suppliers.map(({ id, lane, leadDays, reliability, costCents: cost, minimum }) => ({
      ...{ id, lane, leadDays, reliability, costCents: cost, minimum },
    })),
  };
}

function summaryOf(orders: readonly Order[]): ProductView['orders'] {
  const caps = orders.map(({ capCents }) => capCents);
  const count = orders.length;
  return {
    count,
    units: orders.reduce((sum, { quantity }) => sum + quantity, 0),
    averageCapCents: count === 0 ? 0 : share(caps.reduce((sum, cap) => sum + cap, 0) / count, 1),
    lowestCapCents: count === 0 ? 0 : Math.min(...caps),
    highestCapCents: count === 0 ? 0 : Math.max(...caps),
  };
}
