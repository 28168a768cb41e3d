import type { Json } from '../kernel/canonical-json';
import type { CarriedBudgets } from '../simulation/budget/agent-budgets';
import type { FastForwardRule } from '../simulation/fast-forward';
import type { PlayedTick } from '../simulation/play';
import type { Position } from '../simulation/position';
import type { Minds } from '../simulation/run/minds';
import type { SimulatedAgent } from '../simulation/run/simulation-plan';
import type { Spent } from '../simulation/run/spent';
import type { WorldEvent } from '../simulation/world';
import type { Deciding } from './model-call';

/** What a run knows besides where it stands. JSON. */
export interface Known {
  minds: Minds;
  budgets: CarriedBudgets;
  spent: Spent;
}

/** How a run goes on when nobody says anything meanwhile. JSON. */
export type Course =
  /** By what was ordered last, until one of these conditions holds. */
  | { kind: 'standing'; wake: readonly string[]; spent: Spent }
  /** By agents for whom nobody has to wait: bots, and models whose answers are recorded. */
  | { kind: 'asked'; agents: readonly SimulatedAgent[]; rules: readonly FastForwardRule[]; known: Known };

/** Where plain ticks have led. */
export interface Reached {
  position: Position<Json, Json>;
  /** Of agents that were asked. */
  known?: Known;
  /** Who decided for itself at least once. */
  answered: string[];
}

/**
 * The next ticks of a run, as long as they are plain: nothing follows from them but the next one. Where a fast-forward
 * begins or ends, a budget is news, or an agent fails, the run has something to decide, and plays that tick itself.
 */
export interface PlainTicks {
  /** After the last plain one. */
  readonly reached: Reached;
  /** The next one; undefined when it is not plain: then nothing has changed, and there is no next one. @throws InvariantError as the run itself would */
  next(): Deciding<PlayedTick<Json, Json, WorldEvent> | undefined>;
}
