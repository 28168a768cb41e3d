import { assert, present } from '../kernel/assert';
import type { Answer, Ask, PartitionMessage, Progress, World, WorldEvent } from './world';

/** The parts of a world that play a tick; whatever its scenarios and changes are. */
export type Rules<S, V, D, E extends WorldEvent> = Pick<
  World<S, V, D, never, never, E>,
  'name' | 'beginTick' | 'resume' | 'check' | 'incoming'
>;

/** A tick that waits for answers. Plain data: a workflow keeps it between two activities. */
export interface OpenTick<S, V, E extends WorldEvent> {
  state: S;
  events: E[];
  ask: Ask<V>[];
  /** How often somebody was asked in this tick before. */
  round: number;
}

/** Roles that act one after the other are rounds of one tick. A world that asks for ever is a defect, not a long tick. */
const ROUNDS_MAX = 32;

/** @param messages of other partitions: they arrive before anything else happens in the tick */
export function beginTick<S, V, D, E extends WorldEvent>(
  world: Rules<S, V, D, E>,
  state: S,
  messages: readonly PartitionMessage[] = [],
): OpenTick<S, V, E> {
  if (messages.length === 0) return next(world, world.beginTick(state), [], 0);
  const incoming = present(world.incoming, `World ${world.name} reads no messages of other partitions`);
  const told = incoming.call(world, state, messages);
  return next(world, world.beginTick(told.state), told.events, 0);
}

export function resumeTick<S, V, D, E extends WorldEvent>(
  world: Rules<S, V, D, E>,
  { state, events, ask, round }: OpenTick<S, V, E>,
  answers: readonly Answer<D>[],
): OpenTick<S, V, E> {
  const asked = ask.map(({ agentId }) => agentId).join(', ');
  const answered = answers.map(({ agentId }) => agentId).join(', ');
  assert(
    asked === answered,
    `World ${world.name}: asked were ${asked || 'nobody'}, answers came from ${answered || 'nobody'}`,
  );
  return next(world, world.resume(state, answers), events, round + 1);
}

/** Plays a tick to its end with decisions that are at hand. */
export function playTick<S, V, D, E extends WorldEvent>(
  world: Rules<S, V, D, E>,
  state: S,
  decide: (ask: Ask<V>, round: number) => Answer<D>,
  messages?: readonly PartitionMessage[],
): { state: S; events: E[] } {
  let tick = beginTick(world, state, messages);
  while (tick.ask.length > 0) {
    const { round } = tick;
    tick = resumeTick(
      world,
      tick,
      tick.ask.map((ask) => decide(ask, round)),
    );
  }
  return { state: tick.state, events: tick.events };
}

function next<S, V, D, E extends WorldEvent>(
  world: Rules<S, V, D, E>,
  { state, events, ask }: Progress<S, V, E>,
  before: E[],
  round: number,
): OpenTick<S, V, E> {
  assert(round <= ROUNDS_MAX, `World ${world.name}: asked ${round} times in one tick`);
  if (ask.length === 0) world.check(state);
  return { state, events: [...before, ...events], ask, round };
}
