import type { WorldEntry } from '../world-entry';
import type { MarketDecision } from './agent/decision';
import { MARKET_OBSERVER } from './agent/observer';
import { secondThoughts } from './agent/second-thoughts';
import { MARKET_TOOLS, toolCalls } from './agent/tool-calls';
import { MARKET_MINDS } from './bots';
import { MarketConclusion } from './conclusion';
import { MARKET_EVENTS } from './event-catalogue';
import { marketplace } from './index';
import type { MarketScenario, MarketState } from './state';

/** The market for those who know no world: its types are JSON to them. */
export const MARKETPLACE = {
  world: marketplace,
  bots: MARKET_MINDS,
  observer: MARKET_OBSERVER,
  secondThoughts,
  withoutWords: (decision: MarketDecision): MarketDecision => ({ ...decision, reasoning: '' }),
  events: MARKET_EVENTS,
  tools: MARKET_TOOLS,
  toolCalls,
  cast: (scenario: MarketScenario, sellers: readonly string[], days: number) => ({
    ...scenario,
    sellers: [...sellers],
    days,
  }),
  concluding: (state: MarketState) => new MarketConclusion(state),
} as unknown as WorldEntry;
