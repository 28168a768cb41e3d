import { assert } from '../../kernel/assert';
import { assertExploits } from './inbox/message';
import { assertKnownProducts } from './scenario';
import type { MarketScenario, MarketState } from './state';

/** What is read anew every day; the rest (products, sellers, competitors) was drawn when the market opened. */
type Amendable =
  | 'days'
  | 'eventProbability'
  | 'demandFactor'
  | 'scheduledEvents'
  | 'shifts'
  | 'adversarial'
  | 'fees'
  | 'seasonality'
  | 'rivalry'
  | 'negotiation'
  | 'information'
  | 'debtRatioMax'
  | 'limits';

/** What a fork may change: the rules from here on, never what has happened. */
export type MarketChange = Partial<Pick<MarketScenario, Amendable>>;

export function amend(state: MarketState, change: MarketChange): MarketState {
  const scenario = { ...state.scenario, ...change };
  assert(
    scenario.days > state.day,
    `marketplace: ${state.day} days are over, the scenario cannot end after ${scenario.days}`,
  );
  assertKnownProducts(scenario);
  assertExploits(scenario.adversarial);
  return { ...state, scenario };
}
