import type { Position } from './position';
import { playTick, type Rules } from './tick';
import type { Answer, Ask, PartitionMessage, World, WorldEvent } from './world';

/** The parts of a world that go on without agents. */
export type StandingRules<S, V, D, E extends WorldEvent> = Rules<S, V, D, E> &
  Pick<World<S, V, D, never, never, E>, 'fallback' | 'standing' | 'conditions'>;

/** A tick that is done. */
export interface PlayedTick<S, D, E extends WorldEvent> {
  position: Position<S, D>;
  events: E[];
  /** The answers of each round. */
  rounds: Answer<D>[][];
}

/** One tick with decisions that are at hand. */
export function play<S, V, D, E extends WorldEvent>(
  world: Rules<S, V, D, E>,
  { tick, state, last }: Position<S, D>,
  decide: (ask: Ask<V>, round: number) => Answer<D>,
  messages?: readonly PartitionMessage[],
): PlayedTick<S, D, E> {
  const rounds: Answer<D>[][] = [];
  const keep = (ask: Ask<V>, round: number) => {
    const answer = decide(ask, round);
    (rounds[round] ??= []).push(answer);
    return answer;
  };
  const played = playTick(world, state, keep, messages);
  return {
    position: { tick: tick + 1, state: played.state, last: lastOf(last, rounds) },
    events: played.events,
    rounds,
  };
}

/** One tick in which nobody is asked: what was ordered last goes on. Never a jump over economics. */
export function playStanding<S, V, D, E extends WorldEvent>(
  world: StandingRules<S, V, D, E>,
  position: Position<S, D>,
  messages?: readonly PartitionMessage[],
): PlayedTick<S, D, E> {
  const decide = ({ agentId, view }: Ask<V>): Answer<D> => {
    const last = position.last[agentId];
    const decision = last === undefined ? world.fallback(view) : world.standing(view, last);
    return { agentId, decision, source: 'standing', feedback: [] };
  };
  const played = play(world, position, decide, messages);
  return { ...played, position: { ...played.position, last: position.last } };
}

/** What an agent decided in several rounds of a tick ends with the last of them. */
export function lastOf<D>(
  before: Readonly<Record<string, D>>,
  rounds: readonly (readonly Answer<D>[])[],
): Record<string, D> {
  const last = { ...before };
  for (const { agentId, decision } of rounds.flat()) last[agentId] = decision;
  return last;
}
