import type { Chance } from '../../../simulation/chance/chance';
import type { WorldEvent } from '../../../simulation/world';
import { clamp, share } from '../money/cents';
import { EVENT_TYPES, type ActiveEvent, type MarketEventType, type MarketState } from '../state';
import { STREAM } from '../streams';

const SEVERITIES: Readonly<Record<MarketEventType, number>> = {
  supply_shock: 0.7,
  price_war: 0.6,
  demand_spike: 0.5,
  demand_crash: 0.6,
  review_bomb: 0.5,
};
/** The chance of today's event concerns nobody in particular. */
const NOBODY = 0;

/** Today's new events: those of the scenario's calendar, and perhaps one by chance. They move demand from tomorrow on. */
export function injectEvents(state: MarketState, chance: Chance): { state: MarketState; events: WorldEvent[] } {
  return startEvents(state, [...scheduled(state, chance), ...byChance(state, chance)]);
}

export function startEvents(
  state: MarketState,
  started: readonly ActiveEvent[],
): { state: MarketState; events: WorldEvent[] } {
  const shaken = started.reduce(shake, { ...state, events: [...state.events, ...started] });
  const events = started.map((event) => ({
    type: 'market-event-started',
    subject: state.scenario.catalogue[event.product]!.sku,
    data: {
      ...{ event: event.type, id: event.id, severity: event.severity, days: event.daysLeft },
      ...(event.from === undefined ? {} : { from: event.from }),
    },
  }));
  return { state: withMultipliers(shaken), events };
}

/** The end of a day for all events. */
export function ageEvents(state: MarketState): { state: MarketState; events: WorldEvent[] } {
  const aged = state.events.map((event) => ({ ...event, daysLeft: event.daysLeft - 1 }));
  const over = aged.filter(({ daysLeft }) => daysLeft <= 0);
  const calmed = over.reduce(recover, { ...state, events: aged.filter(({ daysLeft }) => daysLeft > 0) });
  const events = over.map(({ id, type, product }) => ({
    type: 'market-event-ended',
    subject: state.scenario.catalogue[product]!.sku,
    data: { event: type, id },
  }));
  return { state: withMultipliers(calmed), events };
}

function byChance({ day, scenario }: MarketState, chance: Chance): ActiveEvent[] {
  const at = (stream: number) => ({ stream, tick: day, entity: NOBODY });
  if (!chance.happens(scenario.eventProbability, at(STREAM.eventHappens))) return [];
  const type = chance.pick(EVENT_TYPES, at(STREAM.eventType));
  const product = chance.integer(0, scenario.catalogue.length - 1, at(STREAM.eventProduct));
  const severity = SEVERITIES[type] * chance.between(0.8, 1.2, at(STREAM.eventSeverity));
  return [{ id: `EVT-${day}-${type}`, type, product, severity, daysLeft: chance.integer(3, 14, at(STREAM.eventDays)) }];
}

function scheduled({ day, scenario }: MarketState, chance: Chance): ActiveEvent[] {
  return scenario.scheduledEvents.flatMap((event, index) => {
    if (event.day !== day) return [];
    const scale = chance.between(0.8, 1.2, { stream: STREAM.eventSeverity, tick: day, entity: index + 1 });
    const product = scenario.catalogue.findIndex(({ sku }) => sku === event.sku);
    const { type, severity, durationDays } = event;
    return [
      { id: `EVT-${day}-${type}-${index + 1}`, type, product, severity: severity * scale, daysLeft: durationDays },
    ];
  });
}

/** What an event does at once; demand is recomputed from all that are active. */
function shake(state: MarketState, { type, product, severity }: ActiveEvent): MarketState {
  if (type === 'price_war') {
    const factor = clamp(1 - 0.35 * severity, 0.55, 0.95);
    const before = state.products[product]!;
    const competitors = before.competitors.map((rival) => ({ ...rival, priceCents: share(rival.priceCents, factor) }));
    return { ...state, products: state.products.with(product, { ...before, competitors }) };
  }
  return type === 'review_bomb' ? rate(state, product, -clamp(1.2 * severity, 0.25, 2.2)) : state;
}

function recover(state: MarketState, { type, product, severity }: ActiveEvent): MarketState {
  return type === 'review_bomb' ? rate(state, product, clamp(0.45 * severity, 0.1, 0.75)) : state;
}

function rate(state: MarketState, product: number, change: number): MarketState {
  const sellers = state.sellers.map((seller) => {
    const shelf = seller.shelves[product]!;
    const rating = clamp(shelf.rating + change, 1, 5);
    return { ...seller, shelves: seller.shelves.with(product, { ...shelf, rating }) };
  });
  return { ...state, sellers };
}

/** From the active events alone: undoing one by division would leave what clamping took away. */
function withMultipliers(state: MarketState): MarketState {
  const products = state.products.map((product, index) => ({
    ...product,
    demandMultiplier: clamp(
      state.events
        .filter((event) => event.product === index)
        .reduce((multiplier, event) => multiplier * demandEffect(event), 1),
      0.2,
      4,
    ),
  }));
  return { ...state, products };
}

function demandEffect({ type, severity }: ActiveEvent): number {
  if (type === 'demand_spike') return Math.min(3.5, 1 + 2 * severity);
  return type === 'demand_crash' ? Math.max(0.25, 1 - 0.75 * severity) : 1;
}
