import { assert } from '../../../kernel/assert';
import { play } from '../../../simulation/play';
import { startingPosition } from '../../../simulation/position';
import type { MarketDecision } from '../agent/decision';
import type { MarketMind } from '../bots';
import { contractViolations } from '../contract';
import { marketplace } from '../index';
import { marketResult, NO_MODEL, type MarketResult, type RecordedDay } from '../result';
import type { MarketScenario, MarketState } from '../state';

/** A run that was played from its first day to its last by one mind, with a memory of its own for every seller. */
export interface PlayedMarket {
  opening: MarketState;
  days: RecordedDay[];
  result: MarketResult;
}

/** @throws InvariantError when the result breaks the accounting contract: a score from wrong figures would be worse than none */
export function playMarket(scenario: MarketScenario, seed: number, mind: MarketMind): PlayedMarket {
  const opening = marketplace.init(scenario, seed);
  const days: RecordedDay[] = [];
  const memories = new Map<string, unknown>();
  let position = startingPosition<MarketState, MarketDecision>(opening);
  while (position.tick < scenario.days) {
    const played = play(marketplace, position, ({ agentId, view }) => {
      const { decision, memory } = mind(view, memories.get(agentId) ?? null);
      memories.set(agentId, memory);
      return { agentId, decision, source: 'agent', feedback: [] };
    });
    position = played.position;
    const { events, rounds } = played;
    days.push({
      day: position.tick,
      summary: marketplace.summarise(position.state, events),
      ...{ events, answers: rounds.flat() },
    });
  }
  const result = marketResult(days, position.state, NO_MODEL);
  const [broken] = contractViolations(result);
  assert(broken === undefined, () => `marketplace: seed ${seed} breaks the contract: ${JSON.stringify(broken)}`);
  return { opening, days, result };
}
