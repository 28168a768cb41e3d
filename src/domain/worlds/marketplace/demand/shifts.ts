import type { WorldEvent } from '../../../simulation/world';
import type { Lane } from '../catalogue';
import { clamp, share } from '../money/cents';
import type { MarketShift, ShiftEffect } from '../rules';
import type { MarketState, ProductState } from '../state';

/** Happenings of a day beside the state after them. */
interface Shifted {
  state: MarketState;
  events: WorldEvent[];
}

/** The shifts that act today, in the order of the scenario. */
export function activeShifts({ day, scenario: { shifts } }: MarketState): MarketShift[] {
  return shifts.filter((shift) => shift.day <= day && day <= lastDayOf(shift));
}

export function lastDayOf({ day, durationDays }: MarketShift): number {
  return day + durationDays - 1;
}

type Factor = 'demandFactor' | 'visibilityFactor' | 'advertisingFactor' | 'costFactor';

/** What all active shifts together do to one product: 1 when there is none. */
export function shiftFactor(state: MarketState, product: number, factor: Factor): number {
  return effectsOn(state, product).reduce((combined, effect) => combined * (effect[factor] ?? 1), 1);
}

/** Added to a lane's own risk of losing a day. */
export function shiftDelayRisk(state: MarketState, product: number, lane: Lane): number {
  return effectsOn(state, product)
    .filter(({ lanes }) => lanes === undefined || lanes.includes(lane))
    .reduce((risk, { delayRisk = 0 }) => risk + delayRisk, 0);
}

/** The lowest share of the cheapest seller's price that competitors go down to; undefined: nobody presses. */
export function undercutOn(state: MarketState, product: number): number | undefined {
  const shares = effectsOn(state, product).flatMap(({ undercut }) => undercut ?? []);
  return shares.length === 0 ? undefined : Math.min(...shares);
}

/** The share of the cheapest seller's price that an entrant asks. */
export function entrantShare({ scenario: { shifts } }: MarketState, name: string): number | undefined {
  return shifts.find((shift) => shift.name === name)?.effect.entrant;
}

/** The first thing in the morning: entrants come and go, ratings fall with what begins today. */
export function beginShifts(state: MarketState): Shifted {
  const active = activeShifts(state);
  const started = active.filter(({ day }) => day === state.day);
  const staying = new Set(active.map(({ name }) => name));
  const left: MarketState = {
    ...state,
    products: state.products.map((product) => ({
      ...product,
      competitors: product.competitors.filter(({ entrant }) => entrant === undefined || staying.has(entrant)),
    })),
  };
  const entered = started.reduce(enter, left);
  const shaken = started.reduce((now, shift) => rate(now, shift, -(shift.effect.ratingDrop ?? 0)), entered);
  return { state: shaken, events: started.map((shift) => announced('market-shift-started', shift)) };
}

/** The last thing of a shift's last day: what recovers, recovers. */
export function endShifts(state: MarketState): Shifted {
  const over = activeShifts(state).filter((shift) => lastDayOf(shift) === state.day);
  return {
    state: over.reduce((now, shift) => rate(now, shift, shift.effect.ratingRecovery ?? 0), state),
    events: over.map((shift) => announced('market-shift-ended', shift)),
  };
}

function announced(type: string, { name, durationDays }: MarketShift): WorldEvent {
  return { type, subject: name, data: { days: durationDays } };
}

/** With a price for the time until competitors move, which is later this morning. */
function enter(state: MarketState, shift: MarketShift): MarketState {
  const { entrant } = shift.effect;
  if (entrant === undefined) return state;
  const products = state.products.map((product, index): ProductState => {
    if (!concerns(shift, state, index)) return product;
    const priceCents = share(state.scenario.catalogue[index]!.priceCents, entrant);
    return { ...product, competitors: [...product.competitors, { priceCents, aggression: 0, entrant: shift.name }] };
  });
  return { ...state, products };
}

function rate(state: MarketState, shift: MarketShift, change: number): MarketState {
  if (change === 0) return state;
  const sellers = state.sellers.map((seller) => ({
    ...seller,
    shelves: seller.shelves.map((shelf, product) =>
      concerns(shift, state, product) ? { ...shelf, rating: clamp(shelf.rating + change, 1, 5) } : shelf,
    ),
  }));
  return { ...state, sellers };
}

function effectsOn(state: MarketState, product: number): ShiftEffect[] {
  return activeShifts(state)
    .filter((shift) => concerns(shift, state, product))
    .map(({ effect }) => effect);
}

function concerns({ skus }: MarketShift, { scenario }: MarketState, product: number): boolean {
  return skus === undefined || skus.includes(scenario.catalogue[product]!.sku);
}
