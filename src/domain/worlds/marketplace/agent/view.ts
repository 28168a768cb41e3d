import { letterOf, type Letter } from '../../../evaluation/adversarial/letter';
import { dayOfYear, demandSeasonIn, isWeekend, returnSeasonIn, seasonsOn } from '../calendar';
import { RETURN_HABITS, type Category, type Lane } from '../catalogue';
import { activeShifts, lastDayOf, shiftFactor } from '../demand/shifts';
import { equityOf } from '../money/books';
import { share } from '../money/cents';
import { creditLeft } from '../money/credit';
import { returnProbability } from '../sales/returns';
import type { Arbitration, FeeSchedule, ResourceLimits } from '../rules';
import { sells } from '../scenario';
import type { DayFigures, DayResults, MarketScenario, MarketState, Order, SellerState } from '../state';

const ORDERS_SHOWN = 20;

/** What one seller knows before he decides. Money in cents. */
export interface MarketView {
  seller: string;
  day: number;
  days: number;
  /** The same on every day of a run. */
  rules: { fees: FeeSchedule; arbitration: Arbitration; negotiation: boolean; credit: boolean; limits: ResourceLimits };
  calendar: { dayOfYear: number; weekend: boolean; seasons: string[] };
  cashCents: number;
  debtCents: number;
  /** What may still be borrowed. */
  creditLeftCents: number;
  equityCents: number;
  /** Equity against what he began with. */
  roi: number;
  products: ProductView[];
  /** The first of today's orders; the products count all of them. */
  orders: OrderView[];
  orderIds: string[];
  inbound: { id: string; sku: string; quantity: number; daysLeft: number; delayedDays: number }[];
  pendingReturns: { count: number; dueCents: number };
  /** How long events and conditions last is not known where information is partial. */
  events: { type: string; sku: string; daysLeft?: number }[];
  conditions: { name: string; daysLeft?: number }[];
  messages: MessageView[];
  otherSellers: { seller: string; prices: Record<string, number> }[];
  yesterday: DayResults;
  history: DayFigures[];
}

export interface ProductView {
  sku: string;
  name: string;
  category: Category;
  costCents: number;
  /** Of one unit that is bought at once. */
  restockCents: number;
  priceCents: number;
  stock: number;
  rating: number;
  backlog: number;
  season: number;
  returnRate: number;
  demandTrend: 'high' | 'normal' | 'low';
  orders: { count: number; units: number; averageCapCents: number; lowestCapCents: number; highestCapCents: number };
  competitorsCents: number[];
  suppliers: SupplierView[];
}

interface SupplierView {
  id: string;
  lane: Lane;
  leadDays: number;
  /** Not known where information is partial. */
  reliability?: number;
  costCents: number;
  minimum: number;
}

/** A message as anybody would read it. */
export interface MessageView extends Letter {
  id: string;
  daysLeft: number;
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
    rules: rulesOf(scenario),
    calendar: {
      dayOfYear: dayOfYear(day),
      weekend: isWeekend(day),
      seasons: scenario.seasonality ? seasonsOn(day) : [],
    },
    cashCents: seller.books.cash,
    debtCents: -seller.books.loan,
    creditLeftCents: creditLeft(seller.books, scenario.debtRatioMax),
    equityCents,
    roi: (equityCents - opening) / opening,
    products: scenario.catalogue.flatMap((_, product) =>
      sells(scenario, seller.id, product) ? [productView(state, seller, product)] : [],
    ),
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
    ...happenings(state),
    messages: seller.inbox.map(({ id, daysLeft, exploit }) => ({ id, daysLeft, ...letterOf(exploit) })),
    otherSellers: otherSellers(state, sellerIndex),
    yesterday: seller.yesterday,
    history: seller.history,
  };
}

function rulesOf({ fees, arbitration, negotiation, debtRatioMax, limits }: MarketScenario): MarketView['rules'] {
  return { fees, arbitration, negotiation, credit: debtRatioMax > 0, limits };
}

function happenings(state: MarketState): Pick<MarketView, 'events' | 'conditions'> {
  const { day, scenario, events } = state;
  const left = (daysLeft: number) => (scenario.information === 'full' ? { daysLeft } : {});
  return {
    events: events.map(({ type, product, daysLeft }) => ({
      ...{ type, sku: scenario.catalogue[product]!.sku },
      ...left(daysLeft),
    })),
    conditions: activeShifts(state).map((shift) => ({ name: shift.name, ...left(lastDayOf(shift) - day + 1) })),
  };
}

function otherSellers({ sellers, scenario }: MarketState, sellerIndex: number): MarketView['otherSellers'] {
  if (scenario.information === 'partial') return [];
  return sellers
    .filter((_, index) => index !== sellerIndex)
    .map(({ id, shelves }) => ({
      seller: id,
      prices: Object.fromEntries(
        shelves.flatMap(({ priceCents }, product) =>
          sells(scenario, id, product) ? [[scenario.catalogue[product]!.sku, priceCents]] : [],
        ),
      ),
    }));
}

function productView(state: MarketState, { shelves, orders }: SellerState, product: number): ProductView {
  const { sku, name, category } = state.scenario.catalogue[product]!;
  const { costCents, priceCents, stock, rating, backlog } = shelves[product]!;
  const { competitors, suppliers, demandMultiplier } = state.products[product]!;
  const trend = demandMultiplier * shiftFactor(state, product, 'demandFactor');
  const costFactor = shiftFactor(state, product, 'costFactor');
  return {
    ...{
      sku,
      name,
      category,
      costCents,
      restockCents: share(costCents, costFactor),
      priceCents,
      stock,
      rating,
      backlog,
    },
    season: demandSeasonIn(state, category),
    returnRate: returnProbability(RETURN_HABITS[category].base, rating, 1, returnSeasonIn(state, category)),
    demandTrend: trend > 1.5 ? 'high' : trend < 0.7 ? 'low' : 'normal',
    orders: summaryOf(orders.filter((order) => order.product === product)),
    competitorsCents: competitors.map((rival) => rival.priceCents),
    suppliers: suppliers.map(({ id, lane, leadDays, reliability, costCents: cost, minimum }) => ({
      ...{ id, lane, leadDays, ...(state.scenario.information === 'full' ? { reliability } : {}) },
      ...{ costCents: share(cost, costFactor), minimum },
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
