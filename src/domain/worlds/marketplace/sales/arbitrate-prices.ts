import type { Answer, WorldEvent } from '../../../simulation/world';
import type { MarketDecision, PriceCommand } from '../agent/decision';
import { sells } from '../scenario';
import type { Listings, MarketState, SellerState } from '../state';
import { noteTo, withShelf } from './apply-decision';

const PRICE_CENTS_MIN = 100;
const PRICE_CENTS_MAX = 100_000;
/** Of the price that stands, up or down, on one day. */
const CHANGE_MAX = 0.5;
/** How many ids are remembered, of all sellers together: far more than come on a day. */
const COMMAND_IDS_KEPT = 1_000;

interface Arbitrated {
  state: MarketState;
  events: WorldEvent[];
  /** Listings whose price was changed today. */
  taken: ReadonlySet<string>;
}

/**
 * Judges the price commands of a day in the order of the sellers and of each seller's list: within the bounds, at most half
 * up or down, the first accepted one of a listing wins, and an id that was judged before is ignored. Where sellers share a
 * listing, its price is that of all of them.
 */
export function arbitratePrices(
  state: MarketState,
  answers: readonly Answer<MarketDecision>[],
): Pick<Arbitrated, 'state' | 'events'> {
  if (state.scenario.arbitration === 'none') return { state, events: [] };
  const commands = state.sellers.flatMap(({ id }, seller) =>
    commandsOf(state, answers.find(({ agentId }) => agentId === id)?.decision).map((command) => ({ seller, command })),
  );
  const { state: after, events } = commands.reduce<Arbitrated>(
    (before, { seller, command }) => judge(before, seller, command),
    { state, events: [], taken: new Set() },
  );
  return { state: after, events };
}

/** Plain price changes are commands, too; the day is in their ids, so that they are new every day. */
function commandsOf({ day }: MarketState, decision: MarketDecision | undefined): PriceCommand[] {
  if (decision === undefined) return [];
  const plain = Object.entries(decision.prices).map(([sku, priceCents]) => ({
    ...{ id: `day-${day}-${sku}`, sku, priceCents },
  }));
  return [...decision.priceCommands, ...plain];
}

function judge(before: Arbitrated, sellerIndex: number, command: PriceCommand): Arbitrated {
  const { state } = before;
  const seller = state.sellers[sellerIndex]!;
  const commandId = `${seller.id}/${command.id}`;
  if (state.listings.commandIds.includes(commandId)) return before;
  const seen = { ...state, listings: remembered(state.listings, commandId) };
  const product = state.scenario.catalogue.findIndex(({ sku }) => sku === command.sku);
  const refusal = refusalOf(before, seller, product, command);
  return refusal === undefined
    ? accept({ ...before, state: seen }, sellerIndex, product, command)
    : refuse({ ...before, state: seen }, sellerIndex, command, refusal);
}

/** Why not; undefined: accepted. */
function refusalOf(
  { state, taken }: Arbitrated,
  seller: SellerState,
  product: number,
  { priceCents }: PriceCommand,
): string | undefined {
  if (product < 0 || !sells(state.scenario, seller.id, product)) return 'you do not sell it';
  if (taken.has(listingOf(state, seller, product))) return 'another command of today came first';
  if (priceCents < PRICE_CENTS_MIN || priceCents > PRICE_CENTS_MAX) return 'prices are from $1 to $1000';
  const before = seller.shelves[product]!.priceCents;
  return Math.abs(priceCents - before) > before * CHANGE_MAX
    ? `a price moves by at most half a day, from ${dollars(before)}`
    : undefined;
}

function accept(before: Arbitrated, sellerIndex: number, product: number, command: PriceCommand): Arbitrated {
  const { state, events, taken } = before;
  const seller = state.sellers[sellerIndex]!;
  const listing = listingOf(state, seller, product);
  const version = (state.listings.versions[listing] ?? 0) + 1;
  const concerned = (index: number) => state.scenario.arbitration === 'shared' || index === sellerIndex;
  const { priceCents, sku, id } = command;
  const previousCents = seller.shelves[product]!.priceCents;
  return {
    state: {
      ...state,
      sellers: state.sellers.map((one, index) =>
        concerned(index) ? withShelf(one, product, () => ({ priceCents })) : one,
      ),
      listings: { ...state.listings, versions: { ...state.listings.versions, [listing]: version } },
    },
    events: [
      ...events,
      {
        type: 'price-changed',
        subject: sku,
        data: { seller: seller.id, command: id, previousCents, priceCents, version },
      },
    ],
    taken: new Set([...taken, listing]),
  };
}

function refuse(
  before: Arbitrated,
  sellerIndex: number,
  { id, sku, priceCents }: PriceCommand,
  why: string,
): Arbitrated {
  const { state, events } = before;
  const seller = noteTo(state.sellers[sellerIndex]!, `FAILED price of ${sku}, ${dollars(priceCents)}: ${why}.`);
  return {
    ...before,
    state: { ...state, sellers: state.sellers.with(sellerIndex, seller) },
    events: [
      ...events,
      { type: 'price-refused', subject: sku, data: { seller: seller.id, command: id, priceCents, why } },
    ],
  };
}

function listingOf({ scenario }: MarketState, { id }: SellerState, product: number): string {
  const { sku } = scenario.catalogue[product]!;
  return scenario.arbitration === 'shared' ? sku : `${id}/${sku}`;
}

function remembered({ versions, commandIds }: Listings, commandId: string): Listings {
  return { versions, commandIds: [...commandIds, commandId].slice(-COMMAND_IDS_KEPT) };
}

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}
