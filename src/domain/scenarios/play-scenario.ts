import type { MarketMind } from '../worlds/marketplace/bots';
import { playMarket } from '../worlds/marketplace/trials/play-market';
import type { ScenarioDefinition } from './definition';
import { judgeScenario, type Judged } from './judge';
import type { DayFigures } from './run-reader';
import { marketScenarioOf } from './to-market';

/** A scenario from its first day to its last, with one mind for all sellers, and how each did. */
export interface PlayedScenario {
  days: DayFigures[];
  judged: Judged[];
}

/** @throws InvariantError when the books of a day, or the result of the run, contradict themselves */
export function playScenario(definition: ScenarioDefinition, mind: MarketMind, seed: number): PlayedScenario {
  const played = playMarket(marketScenarioOf(definition), seed, mind);
  const days = played.days.map(({ summary: { figures } }) => figures);
  return { days, judged: judgeScenario(definition, days) };
}
