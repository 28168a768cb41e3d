import type { MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import { ACCEPT_ALL } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import type { MarketView } from '../../../../../src/domain/worlds/marketplace/agent/view';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';
import { post } from '../../../../../src/domain/worlds/marketplace/money/books';
import type {
  MarketScenario,
  MarketState,
  SellerState,
  Shelf,
} from '../../../../../src/domain/worlds/marketplace/state';
import { Chance } from '../../../../../src/domain/simulation/chance/chance';
import { play, type PlayedTick } from '../../../../../src/domain/simulation/play';
import { startingPosition, type Position } from '../../../../../src/domain/simulation/position';
import type { WorldEvent } from '../../../../../src/domain/simulation/world';

export type Here = Position<MarketState, MarketDecision>;
export type Seller = (view: MarketView) => Partial<MarketDecision>;

export function opening(seed: number, scenario: Partial<MarketScenario> = {}): Here {
  return startingPosition(marketplace.init({ ...STANDARD_MARKET, ...scenario }, seed));
}

export function playDay(here: Here, seller: Seller): PlayedTick<MarketState, MarketDecision, WorldEvent> {
  return play(marketplace, here, ({ agentId, view }) => ({
    ...{ agentId, source: 'agent', feedback: [] },
    decision: { ...ACCEPT_ALL, ...seller(view) },
  }));
}

export function playDays(start: Here, days: number, seller: Seller): Here {
  let here = start;
  for (let day = 0; day < days; day += 1) here = playDay(here, seller).position;
  return here;
}

/** Luck that is known: every number drawn is this one, from 0 to 1. */
export function luck(drawn: number): Chance {
  return new (class extends Chance {
    override uniform(): number {
      return drawn;
    }
  })(0);
}

/** A market in which the first seller, and his first product, are as told. */
export function marketWith(
  seller: Partial<SellerState> = {},
  shelf: Partial<Shelf> = {},
  scenario: Partial<MarketScenario> = {},
): MarketState {
  const { state } = opening(1, { eventProbability: 0, ...scenario });
  const first = state.sellers[0]!;
  const shelves = first.shelves.with(0, { ...first.shelves[0]!, ...shelf });
  return { ...state, day: 1, sellers: state.sellers.with(0, { ...first, shelves, ...seller }) };
}

/** The books with this much cash; what is more or less was there from the beginning. */
export function withCash(cashCents: number): Pick<SellerState, 'books'> {
  const { books } = opening(1).state.sellers[0]!;
  const more = cashCents - books.cash;
  return {
    books: post(books, [
      ['cash', more],
      ['opening', -more],
    ]),
  };
}
