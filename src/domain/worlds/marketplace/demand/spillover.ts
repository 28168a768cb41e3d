import type { Json } from '../../../kernel/canonical-json';
import type { PartitionMessage, WorldEvent } from '../../../simulation/world';
import type { ActiveEvent, MarketEventType, MarketState } from '../state';
import { startEvents } from './market-events';

/** Goods and prices cross borders; what customers want and write does not. */
const SPREADS: readonly MarketEventType[] = ['supply_shock', 'price_war'];
/** A neighbour feels half of it for half as long. */
const SHARE = 0.5;

interface Spill {
  event: MarketEventType;
  sku: string;
  severity: number;
  days: number;
}

/** What began here today and reaches other markets. What came from one of them goes no further: it would echo for ever. */
export function spreading(_: MarketState, events: readonly WorldEvent[]): Json[] {
  return events.flatMap(({ type, subject, data }): Json[] => {
    if (type !== 'market-event-started' || data?.['from'] !== undefined) return [];
    const { event, severity, days } = data as unknown as Spill;
    return SPREADS.includes(event) ? [{ event, sku: subject!, severity, days }] : [];
  });
}

/** Begins what came from other markets, for the products that are sold here too, on the day that is about to begin. */
export function arriving(
  state: MarketState,
  messages: readonly PartitionMessage[],
): { state: MarketState; events: WorldEvent[] } {
  const started = messages.flatMap(({ from, body }, index): ActiveEvent[] => {
    const { event: type, sku, severity, days } = body as unknown as Spill;
    const product = state.scenario.catalogue.findIndex((line) => line.sku === sku);
    if (product < 0) return [];
    const id = `EVT-${state.day + 1}-${type}-${from}-${index + 1}`;
    return [{ id, type, product, severity: severity * SHARE, daysLeft: Math.ceil(days * SHARE), from }];
  });
  return startEvents(state, started);
}
