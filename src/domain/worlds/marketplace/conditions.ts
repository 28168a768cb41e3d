import type { WorldEvent } from '../../simulation/world';
import { sells } from './scenario';
import type { MarketState, SellerState } from './state';

type Condition = (state: MarketState, events: readonly WorldEvent[]) => boolean;

const LOW_CASH_CENTS = 50_000;

/** Names for rules and wake-ups; asked after a day. */
export const CONDITIONS: Readonly<Record<string, Condition>> = {
  always: () => true,
  stockout: (_, events) => happened(events, 'stockout'),
  marketEvent: (_, events) => happened(events, 'market-event-started') || happened(events, 'market-shift-started'),
  marketEventOver: (_, events) => happened(events, 'market-event-ended') || happened(events, 'market-shift-ended'),
  delivery: (_, events) => happened(events, 'delivery-arrived'),
  emptyShelf: (state) => someShelf(state, ({ stock }) => stock === 0),
  undercut: (state) =>
    someShelf(state, ({ priceCents }, product) =>
      state.products[product]!.competitors.some((rival) => rival.priceCents < priceCents),
    ),
  lowCash: ({ sellers }) => sellers.some(({ books }) => books.cash < LOW_CASH_CENTS),
  quiet: ({ events, sellers }) => events.length === 0 && sellers.every(({ yesterday }) => yesterday.stockouts === 0),
};

/** Of the products that their sellers have. */
function someShelf(
  { sellers, scenario }: MarketState,
  holds: (shelf: SellerState['shelves'][number], product: number) => boolean,
): boolean {
  return sellers.some(({ id, shelves }) =>
    shelves.some((shelf, product) => sells(scenario, id, product) && holds(shelf, product)),
  );
}

function happened(events: readonly WorldEvent[], type: string): boolean {
  return events.some((event) => event.type === type);
}
