import { assert, present } from '../kernel/assert';
import { play, playStanding, type PlayedTick, type StandingRules } from './play';
import type { Position } from './position';
import type { Answer, Ask, PartitionMessage, WorldEvent } from './world';

/**
 * What was decided, tick by tick, and what came from other partitions before its first tick. With the world's version and a
 * position it is all there is to a run.
 */
export type Stretch<D> = { messages?: readonly PartitionMessage[] } &
  /** The tick after `tick` ticks, with the answers of each of its rounds. */
  (
    | { kind: 'decided'; tick: number; rounds: readonly (readonly Answer<D>[])[] }
    /** The ticks from `tick` up to `untilTick`: nobody was asked. */
    | { kind: 'standing'; tick: number; untilTick: number }
  );

/**
 * Plays recorded ticks again, without asking anybody. Stretches follow each other without a gap.
 *
 * @param onTick told of every tick: rows, events and hashes come from here
 * @throws InvariantError when the record does not fit the world: another version made it, or it was changed
 */
export function replay<S, V, D, E extends WorldEvent>(
  world: StandingRules<S, V, D, E>,
  start: Position<S, D>,
  stretches: Iterable<Stretch<D>>,
  onTick: (played: PlayedTick<S, D, E>) => void,
): Position<S, D> {
  let position = start;
  for (const stretch of stretches) {
    assert(
      stretch.tick === position.tick,
      `replay: after ${position.tick} ticks comes a record for ${stretch.tick}: the record has a gap`,
    );
    const untilTick = stretch.kind === 'standing' ? stretch.untilTick : stretch.tick + 1;
    while (position.tick < untilTick) {
      const messages = position.tick === stretch.tick ? stretch.messages : undefined;
      const played =
        stretch.kind === 'standing' ? playStanding(world, position, messages) : playRecorded(world, position, stretch);
      position = played.position;
      onTick(played);
    }
  }
  return position;
}

function playRecorded<S, V, D, E extends WorldEvent>(
  world: StandingRules<S, V, D, E>,
  position: Position<S, D>,
  { tick, rounds, messages }: Extract<Stretch<D>, { kind: 'decided' }>,
): PlayedTick<S, D, E> {
  const recorded = ({ agentId }: Ask<V>, round: number) =>
    present(
      rounds[round]?.find((answer) => answer.agentId === agentId),
      `replay: after ${tick} ticks ${agentId} is asked in round ${round}, and its answer is not recorded`,
    );
  const played = play(world, position, recorded, messages);
  assert(
    played.rounds.length === rounds.length,
    `replay: after ${tick} ticks there were ${played.rounds.length} rounds, recorded are ${rounds.length}`,
  );
  return played;
}
