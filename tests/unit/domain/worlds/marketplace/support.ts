import type { MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import { ACCEPT_ALL } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import type { MarketView } from '../../../../../src/domain/worlds/marketplace/agent/view';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';
import type { MarketScenario, MarketState } from '../../../../../src/domain/worlds/marketplace/state';
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
