import { assert } from '../../kernel/assert';
import type { MarketScenario, MarketState } from './state';

/** What a fork may change: the rules from here on, never what has happened. */
export type MarketChange = Partial<
  Pick<MarketScenario, 'days' | 'eventProbability' | 'demandFactor' | 'scheduledEvents'>
>;

export function amend(state: MarketState, change: MarketChange): MarketState {
  const scenario = { ...state.scenario, ...change };
  assert(
    scenario.days > state.day,
    `marketplace: ${state.day} days are over, the scenario cannot end after ${scenario.days}`,
  );
  const unknown = scenario.scheduledEvents.find(
    ({ sku }) => !scenario.catalogue.some((product) => product.sku === sku),
  );
  assert(!unknown, `marketplace: an event is for ${unknown?.sku}, which nobody sells`);
  return { ...state, scenario };
}
