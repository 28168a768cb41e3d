import type { Chance } from '../../../simulation/chance/chance';
import { clamp, share } from '../money/cents';
import type { Competitor, MarketState } from '../state';
import { STREAM } from '../streams';

const COMPETITORS_MAX = 2;
/** Times the aggression: the probability of undercutting on a day. */
const UNDERCUT = 0.12;

export function drawCompetitors(chance: Chance, product: number, priceCents: number): Competitor[] {
  const at = (stream: number, index: number) => ({ stream, tick: 0, entity: product, index });
  const count = chance.integer(1, COMPETITORS_MAX, at(STREAM.competitorCount, 0));
  return Array.from({ length: count }, (_, index) => ({
    priceCents: share(priceCents, chance.between(0.85, 1.15, at(STREAM.competitorPrice, index))),
    aggression: chance.between(0.2, 0.8, at(STREAM.competitorAggression, index)),
  }));
}

/** A day of all competitors of one product: some undercut the cheapest seller, the others drift; a price war pulls down. */
export function moveCompetitors(state: MarketState, chance: Chance, product: number): Competitor[] {
  const shelves = state.sellers.map(({ shelves }) => shelves[product]!);
  const ours = Math.min(...shelves.map(({ priceCents }) => priceCents));
  const cost = Math.min(...shelves.map(({ costCents }) => costCents));
  const pressure = warPressure(state, product);
  return state.products[product]!.competitors.map(({ priceCents, aggression }, index) => {
    const at = (stream: number) => ({ stream, tick: state.day, entity: product, index });
    const undercuts = chance.happens(aggression * UNDERCUT, at(STREAM.competitorMoves));
    const target = undercuts
      ? ours * chance.between(0.9, 0.98, at(STREAM.competitorTarget))
      : priceCents * chance.between(0.97, 1.03, at(STREAM.competitorTarget));
    const high = share(ours, 1.35);
    return { aggression, priceCents: clamp(share(target, pressure), Math.min(share(cost, 1.02), high), high) };
  });
}

function warPressure({ events }: MarketState, product: number): number {
  return events
    .filter((event) => event.type === 'price_war' && event.product === product)
    .reduce((factor, { severity }) => factor * clamp(1 - 0.18 * severity, 0.7, 0.98), 1);
}
