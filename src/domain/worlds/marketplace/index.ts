import type { World, WorldEvent } from '../../simulation/world';
import { ACCEPT_ALL, standingOrders, type MarketDecision } from './agent/decision';
import { parseDecision } from './agent/parse-decision';
import { promptOf } from './agent/prompt';
import type { MarketView } from './agent/view';
import { amend, type MarketChange } from './amend';
import { check } from './check';
import { CONDITIONS } from './conditions';
import { evening, morning } from './day';
import { arriving, spreading } from './demand/spillover';
import { init } from './init';
import type { MarketScenario, MarketState } from './state';
import { summarise } from './summarise';

/** Sellers of consumer goods in one online market; a tick is a day. */
export const marketplace: World<MarketState, MarketView, MarketDecision, MarketScenario, MarketChange, WorldEvent> = {
  name: 'marketplace',
  version: 1,
  init,
  beginTick: morning,
  resume: evening,
  parseDecision: (raw, { products, orderIds, messages, rules }) =>
    parseDecision(raw, {
      ...{ skus: products.map(({ sku }) => sku), orderIds, rules },
      messageIds: messages.map(({ id }) => id),
    }),
  fallback: () => ACCEPT_ALL,
  standing: (_, last) => standingOrders(last),
  conditions: CONDITIONS,
  amend,
  prompt: promptOf,
  check,
  summarise,
  outgoing: spreading,
  incoming: arriving,
};
