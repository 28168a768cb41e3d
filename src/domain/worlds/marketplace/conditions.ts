import type { WorldEvent } from '../../simulation/world';
import type { MarketState } from './state';

type Condition = (state: MarketState, events: readonly WorldEvent[]) => boolean;

const LOW_CASH_CENTS = 50_000;

/** Names for rules and wake-ups; asked after a day. */
export const CONDITIONS: Readonly<Record<string, Condition>> = {
  always: () => true,
  stockout: (_, events) => happened(events, 'stockout'),
  marketEvent: (_, events) => happened(events, 'market-event-started'),
  marketEventOver: (_, events) => happened(events, 'market-event-ended'),
  delivery: (_, events) => happened(events, 'delivery-arrived'),
  emptyShelf: ({ sellers }) => sellers.some(({ shelves }) => shelves.some(({ stock }) => stock === 0)),
  undercut: ({ sellers, products }) =>
    sellers.some(({ shelves }) =>
      shelves.some(({ priceCents }, product) =>
        products[product]!.competitors.some((rival) => rival.priceCents < priceCents),
      ),
    ),
  lowCash: ({ sellers }) => sellers.some(({ books }) => books.cash < LOW_CASH_CENTS),
  quiet: ({ events, sellers }) => events.length === 0 && sellers.every(({ yesterday }) => yesterday.stockouts === 0),
};

function happened(events: readonly WorldEvent[], type: string): boolean {
  return events.some((event) => event.type === type);
}
