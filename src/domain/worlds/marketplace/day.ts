import { present } from '../../kernel/assert';
import { Chance } from '../../simulation/chance/chance';
import type { Answer, Progress, WorldEvent } from '../../simulation/world';
import type { MarketDecision } from './agent/decision';
import { viewOf, type MarketView } from './agent/view';
import { orderBook, unitsOfDay } from './demand/demand';
import { ageEvents, injectEvents } from './demand/market-events';
import { beginShifts, endShifts } from './demand/shifts';
import { answerMessages } from './inbox/answer';
import { deliverMessages } from './inbox/deliver';
import { applyDecision, noteTo } from './sales/apply-decision';
import { arbitratePrices } from './sales/arbitrate-prices';
import { closeDay } from './sales/day-results';
import { fulfilOrders } from './sales/fulfil-orders';
import { resolveReturns } from './sales/returns';
import { sells } from './scenario';
import type { MarketState, SellerState } from './state';
import { moveCompetitors } from './supply/competitors';
import { receivePurchases } from './supply/purchases';

/** A part of a day: a state and what happened in it. */
interface Part {
  state: MarketState;
  events: WorldEvent[];
}

/**
 * The morning, in its exact order: conditions that begin, deliveries, returns, competitors, yesterday's advertising and
 * today's orders, events (which move demand from tomorrow on), messages. Then every seller decides, all at once.
 */
export function morning(yesterday: MarketState): Progress<MarketState, MarketView> {
  const chance = new Chance(yesterday.seed);
  const opened = untouched({ ...yesterday, day: yesterday.day + 1 });
  const parts = [
    beginShifts,
    (state: MarketState) => eachSeller(state, (seller, now) => receivePurchases(now, chance, seller)),
    (state: MarketState) => eachSeller(state, (seller, now) => resolveReturns(now, seller)),
    (state: MarketState) => ({ state: withCompetitors(state, chance), events: [] }),
    (state: MarketState) => ({ state: withOrders(state, chance), events: [] }),
    (state: MarketState) => injectEvents(state, chance),
    (state: MarketState) => deliverMessages(state),
  ];
  const { state, events } = parts.reduce((before, part) => follow(before, part(before.state)), opened);
  return { state, events, ask: state.sellers.map(({ id }, seller) => ({ agentId: id, view: viewOf(state, seller) })) };
}

/** The rest of the day: prices that meet, then seller by seller what was decided and the orders; last, events grow older. */
export function evening(
  asked: MarketState,
  answers: readonly Answer<MarketDecision>[],
): Progress<MarketState, MarketView> {
  const chance = new Chance(asked.seed);
  const parts = [
    (state: MarketState) => arbitratePrices(state, answers),
    (now: MarketState) => eachSeller(now, (index, state) => decide(state, chance, index, answers)),
    endShifts,
    ageEvents,
  ];
  const { state, events } = parts.reduce((before, part) => follow(before, part(before.state)), untouched(asked));
  return { state, events, ask: [] };
}

function decide(
  state: MarketState,
  chance: Chance,
  index: number,
  answers: readonly Answer<MarketDecision>[],
): { seller: SellerState; events: WorldEvent[] } {
  const { id } = state.sellers[index]!;
  const { decision, feedback } = present(
    answers.find(({ agentId }) => agentId === id),
    `marketplace: seller ${id} was not asked`,
  );
  const applied = feedback.reduce(noteTo, applyDecision(state, index, decision));
  const { seller: answered, events } = answerMessages(applied, decision.messageResponses, state.day);
  const sold = fulfilOrders({ ...state, sellers: state.sellers.with(index, answered) }, chance, index, decision);
  const seller = closeDay(sold, state.day);
  return { seller, events: [...events, ...dayEvents(state, seller)] };
}

function dayEvents({ scenario }: MarketState, { id, yesterday, shelves }: SellerState): WorldEvent[] {
  const { ordersFulfilled, unitsSold, revenueCents, profitCents, stockouts } = yesterday;
  const closed = { type: 'day-closed', subject: id, data: { ordersFulfilled, unitsSold, revenueCents, profitCents } };
  const empty = shelves.filter(({ stock }, product) => stock === 0 && sells(scenario, id, product)).length;
  return stockouts === 0 ? [closed] : [closed, { type: 'stockout', subject: id, data: { orders: stockouts, empty } }];
}

function withCompetitors(state: MarketState, chance: Chance): MarketState {
  const products = state.products.map((product, index) => ({
    ...product,
    competitors: moveCompetitors(state, chance, index),
  }));
  return { ...state, products };
}

function withOrders(state: MarketState, chance: Chance): MarketState {
  const boosted = { ...state, sellers: state.sellers.map(withAdvertising) };
  const units = unitsOfDay(boosted, chance);
  const sellers = boosted.sellers.map((seller, index) => ({
    ...seller,
    orders: orderBook(boosted, chance, index, units[index]!),
  }));
  return { ...boosted, sellers };
}

/** Advertising acts on the day after it was paid, and on that day only. */
function withAdvertising(seller: SellerState): SellerState {
  const shelves = seller.shelves.map((shelf) => ({ ...shelf, adBoost: shelf.nextAdBoost, nextAdBoost: 1 }));
  return { ...seller, shelves };
}

/** One seller after the other, each with what the earlier ones left. */
function eachSeller(
  before: MarketState,
  part: (index: number, state: MarketState) => { seller: SellerState; events: WorldEvent[] },
): Part {
  return before.sellers.reduce<Part>(
    ({ state, events }, _, index) => {
      const after = part(index, state);
      return {
        state: { ...state, sellers: state.sellers.with(index, after.seller) },
        events: [...events, ...after.events],
      };
    },
    { state: before, events: [] },
  );
}

function untouched(state: MarketState): Part {
  return { state, events: [] };
}

function follow(before: Part, after: Part): Part {
  return { state: after.state, events: [...before.events, ...after.events] };
}
