import type { Chance } from '../../../simulation/chance/chance';
import { entrantShare, undercutOn } from '../demand/shifts';
import { clamp, share } from '../money/cents';
import type { CompetitionLevel } from '../rules';
import { sells } from '../scenario';
import type { Competitor, MarketState } from '../state';
import { STREAM } from '../streams';

type Range = readonly [low: number, high: number];

/** How many competitors a product has, and how aggressive each of them is. */
const COMPETITION: Readonly<Record<CompetitionLevel, { count: Range; aggression: Range }>> = {
  low: { count: [1, 1], aggression: [0.1, 0.4] },
  normal: { count: [1, 2], aggression: [0.2, 0.8] },
  high: { count: [2, 3], aggression: [0.4, 0.9] },
  extreme: { count: [3, 5], aggression: [0.6, 1] },
};
/** Times the aggression: the probability of undercutting on a day. */
const UNDERCUT = 0.12;

export function drawCompetitors(
  chance: Chance,
  product: number,
  priceCents: number,
  level: CompetitionLevel,
): Competitor[] {
  const at = (stream: number, index: number) => ({ stream, tick: 0, entity: product, index });
  const { count, aggression } = COMPETITION[level];
  const rivals = chance.integer(count[0], count[1], at(STREAM.competitorCount, 0));
  return Array.from({ length: rivals }, (_, index) => ({
    priceCents: share(priceCents, chance.between(0.85, 1.15, at(STREAM.competitorPrice, index))),
    aggression: chance.between(aggression[0], aggression[1], at(STREAM.competitorAggression, index)),
  }));
}

/**
 * A day of all competitors of one product: some undercut the cheapest seller, the others drift, entrants stay below him; a
 * price war and a shift pull down. Nobody sells below cost, nor for much more than the cheapest seller.
 */
export function moveCompetitors(state: MarketState, chance: Chance, product: number): Competitor[] {
  const shelves = state.sellers
    .filter(({ id }) => sells(state.scenario, id, product))
    .map((seller) => seller.shelves[product]!);
  if (shelves.length === 0) return state.products[product]!.competitors;
  const ours = Math.min(...shelves.map(({ priceCents }) => priceCents));
  const cost = Math.min(...shelves.map(({ costCents }) => costCents));
  const pressure = warPressure(state, product);
  const most = undercutOn(state, product);
  const high = share(ours, 1.35);
  return state.products[product]!.competitors.map((rival, index) => {
    const target = rival.entrant === undefined ? drift(state, chance, product, index, ours) : undefined;
    const asked = share(target ?? ours * (entrantShare(state, rival.entrant!) ?? 1), pressure);
    const pressed = most === undefined ? asked : Math.min(asked, share(ours, most));
    return { ...rival, priceCents: clamp(pressed, Math.min(share(cost, 1.02), high), high) };
  });
}

/** Where one competitor would go today by himself. */
function drift(state: MarketState, chance: Chance, product: number, index: number, ours: number): number {
  const { priceCents, aggression } = state.products[product]!.competitors[index]!;
  const at = (stream: number) => ({ stream, tick: state.day, entity: product, index });
  const undercuts = chance.happens(aggression * UNDERCUT, at(STREAM.competitorMoves));
  const [low, high] = undercuts ? [0.9, 0.98] : [0.97, 1.03];
  return (undercuts ? ours : priceCents) * chance.between(low, high, at(STREAM.competitorTarget));
}

function warPressure({ events }: MarketState, product: number): number {
  return events
    .filter((event) => event.type === 'price_war' && event.product === product)
    .reduce((factor, { severity }) => factor * clamp(1 - 0.18 * severity, 0.7, 0.98), 1);
}
