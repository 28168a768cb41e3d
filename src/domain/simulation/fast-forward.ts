import { assert } from '../kernel/assert';
import { playStanding, type PlayedTick, type StandingRules } from './play';
import type { Position } from './position';
import type { PartitionMessage, WorldEvent } from './world';

/** How far to go without asking anybody. */
export type FastForwardAction =
  /** This many ticks. */
  | { advance: number }
  /** Until this many ticks are done. */
  | { untilTick: number }
  /** Until one of these conditions holds after a tick; at most this many ticks, because it may never hold. */
  | { untilWake: readonly string[]; atMost: number };

/** What happens in every tick of every world. The loop tells rules of it; nobody records it, for it would be a row for each tick. */
export const SimulationEvent = { DAY_START: 'day-started' } as const;

/** When an event of this type happened and the named condition holds, fast-forward. */
export interface FastForwardRule {
  on: string;
  when: string;
  do: FastForwardAction;
}

export interface Stop {
  untilTick: number;
  wake: readonly string[];
}

/** What the first rule that fits asks for; undefined: go on tick by tick. */
export function stopOf<S, D, E extends WorldEvent>(
  { conditions, name }: Pick<StandingRules<S, never, D, E>, 'conditions' | 'name'>,
  rules: readonly FastForwardRule[],
  { tick, state }: Position<S, D>,
  events: readonly E[],
): Stop | undefined {
  const happened = new Set(events.map(({ type }) => type));
  const rule = rules.find(({ on, when }) => happened.has(on) && conditionOf(name, conditions, when)(state, events));
  return rule && stopAfter(rule.do, tick);
}

export function stopAfter(action: FastForwardAction, tick: number): Stop {
  if ('advance' in action) return { untilTick: tick + action.advance, wake: [] };
  if ('untilTick' in action) return { untilTick: action.untilTick, wake: [] };
  return { untilTick: tick + action.atMost, wake: action.untilWake };
}

export interface FastForwarded<S, D> {
  position: Position<S, D>;
  /** The condition that woke it; undefined: the tick it was to go to, or the end of the slice. */
  wokenBy?: string;
  /** False: the slice ended before the stop was reached. */
  done: boolean;
}

/**
 * Plays ticks with standing orders until the stop is reached, at most `slice` of them: a workflow has to breathe.
 *
 * @param onTick told of every tick, for summaries
 * @param messages of other partitions, before the first tick
 */
export function fastForward<S, V, D, E extends WorldEvent>(
  world: StandingRules<S, V, D, E>,
  start: Position<S, D>,
  { untilTick, wake }: Stop,
  slice: number,
  onTick?: (played: PlayedTick<S, D, E>) => void,
  messages?: readonly PartitionMessage[],
): FastForwarded<S, D> {
  assert(slice >= 1, `fastForward: a slice of ${slice} ticks goes nowhere`);
  let position = start;
  for (let played = 0; position.tick < untilTick; played += 1) {
    if (played === slice) return { position, done: false };
    const tick = playStanding(world, position, played === 0 ? messages : undefined);
    position = tick.position;
    onTick?.(tick);
    const woken = wokenBy(world, wake, position.state, tick.events);
    if (woken !== undefined) return { position, wokenBy: woken, done: true };
  }
  return { position, done: true };
}

/** The first of these conditions that holds after a tick, if any does. */
export function wokenBy<S, D, E extends WorldEvent>(
  { conditions, name: world }: Pick<StandingRules<S, never, D, E>, 'conditions' | 'name'>,
  wake: readonly string[],
  state: S,
  events: readonly E[],
): string | undefined {
  return wake.find((name) => conditionOf(world, conditions, name)(state, events));
}

function conditionOf<S, E extends WorldEvent>(
  world: string,
  conditions: Readonly<Record<string, (state: S, events: readonly E[]) => boolean>>,
  name: string,
): (state: S, events: readonly E[]) => boolean {
  const own = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
  assert(own !== undefined, () => {
    const known = Object.keys(conditions).sort().join(', ');
    return `World ${world} has no condition "${name}". It has: ${known}`;
  });
  return own;
}
