import type { Chance } from '../../../simulation/chance/chance';
import { demandSeasonIn } from '../calendar';
import { clamp, share } from '../money/cents';
import type { MarketState, Order, Shelf } from '../state';
import { sells } from '../scenario';
import { shelfEntity, STREAM } from '../streams';
import { shiftFactor } from './shifts';

const AD_BOOST_MIN = 0.2;

/** What decides how many units of one product one seller could sell on one day, were he alone. */
export interface DemandFactors {
  baseDemand: number;
  demandFactor: number;
  demandMultiplier: number;
  adBoost: number;
  rating: number;
  /** 0.7 to 1.3. */
  noise: number;
  /** Of all who sell the same. */
  averageRivalCents: number;
  priceCents: number;
  season: number;
}

/** Whole units. The seed's formula, with its two roundings down. */
export function demandUnits(factors: DemandFactors): number {
  const { baseDemand, demandFactor, demandMultiplier, adBoost, rating, noise } = factors;
  const { averageRivalCents, priceCents, season } = factors;
  const interested = Math.floor(
    baseDemand * demandFactor * demandMultiplier * Math.max(AD_BOOST_MIN, adBoost) * (0.4 + (rating / 5) * 0.8) * noise,
  );
  return Math.floor(interested * clamp(averageRivalCents / priceCents, 0.65, 1.35) * season);
}

/**
 * The units of a day for each seller of one product. More sellers do not make the market larger: what the most attractive
 * would sell alone is shared by what each would sell alone, whole units by largest remainder, ties to the first.
 */
export function splitDemand(alone: readonly number[]): number[] {
  const wanted = alone.reduce((sum, units) => sum + units, 0);
  if (wanted === 0) return alone.map(() => 0);
  const total = Math.max(...alone);
  const exact = alone.map((units) => (units * total) / wanted);
  const whole = exact.map(Math.floor);
  const left = total - whole.reduce((sum, units) => sum + units, 0);
  const byRemainder = exact
    .map((units, seller) => ({ seller, remainder: units - whole[seller]! }))
    .sort((a, b) => b.remainder - a.remainder || a.seller - b.seller);
  for (const { seller } of byRemainder.slice(0, left)) whole[seller]! += 1;
  return whole;
}

/** Today's orders of one seller, shuffled: each wanted unit is one customer, who takes one to three. */
export function orderBook(state: MarketState, chance: Chance, sellerIndex: number, units: readonly number[]): Order[] {
  const orders = units.flatMap((count, product) =>
    Array.from({ length: count }, (_, serial) => customer(state, chance, sellerIndex, product, serial)),
  );
  return shuffled(chance, state.day, sellerIndex, orders).map((order, index) => ({
    ...order,
    id: `ORD-${String(state.day).padStart(4, '0')}-${String(index + 1).padStart(4, '0')}`,
  }));
}

/** The cap comes from the price before the decision: raising it today loses today's orders. */
function customer(
  state: MarketState,
  chance: Chance,
  sellerIndex: number,
  product: number,
  serial: number,
): Omit<Order, 'id'> {
  const at = (stream: number) => ({
    ...{ stream, tick: state.day, entity: shelfEntity(sellerIndex, product), index: serial },
  });
  const { priceCents } = state.sellers[sellerIndex]!.shelves[product]!;
  return {
    product,
    serial,
    quantity: chance.integer(1, 3, at(STREAM.orderQuantity)),
    capCents: share(priceCents, chance.between(0.9, 1.1, at(STREAM.orderCap))),
  };
}

/** Fisher and Yates, from the end. */
function shuffled<T>(chance: Chance, day: number, entity: number, items: readonly T[]): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = chance.integer(0, last, { stream: STREAM.orderShuffle, tick: day, entity, index: last });
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** The units that each seller could sell today, by seller and product. */
export function unitsOfDay(state: MarketState, chance: Chance): number[][] {
  const byProduct = state.scenario.catalogue.map((_, product) => splitDemand(aloneUnits(state, chance, product)));
  return state.sellers.map((_, seller) => byProduct.map((units) => units[seller]!));
}

function aloneUnits(state: MarketState, chance: Chance, product: number): number[] {
  const { scenario, day } = state;
  const { baseDemand, category } = scenario.catalogue[product]!;
  const shared = {
    ...{ baseDemand, demandFactor: scenario.demandFactor * shiftFactor(state, product, 'demandFactor') },
    demandMultiplier: state.products[product]!.demandMultiplier,
    noise: chance.between(0.7, 1.3, { stream: STREAM.demand, tick: day, entity: product }),
    season: demandSeasonIn(state, category),
  };
  const visibility = shiftFactor(state, product, 'visibilityFactor');
  return state.sellers.map(({ id, shelves }, seller) => {
    if (!sells(scenario, id, product)) return 0;
    const { adBoost, rating, priceCents }: Shelf = shelves[product]!;
    const averageRivalCents = averageRival(state, seller, product);
    return demandUnits({ ...shared, adBoost: adBoost * visibility, rating, priceCents, averageRivalCents });
  });
}

/** Of the competitors and, unless they are partners, the other sellers of it; there is always a competitor. */
function averageRival({ products, sellers, scenario }: MarketState, seller: number, product: number): number {
  const others = sellers.filter(
    ({ id }, index) => index !== seller && scenario.rivalry === 'rivals' && sells(scenario, id, product),
  );
  const prices = [
    ...products[product]!.competitors.map(({ priceCents }) => priceCents),
    ...others.map(({ shelves }) => shelves[product]!.priceCents),
  ];
  return prices.reduce((sum, cents) => sum + cents, 0) / prices.length;
}
