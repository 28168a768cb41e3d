import type { RecordedTick } from '../../adapters/postgres';
import type { Json } from '../../domain/kernel/canonical-json';
import type { PlayedTick } from '../../domain/simulation/play';
import { positionHash } from '../../domain/simulation/position';
import type { PartitionMessage, WorldEvent } from '../../domain/simulation/world';
import type { AnyWorld } from '../../domain/worlds';

/** Hashing takes as long as a tick: of ticks in which nobody is asked whoever writes them hashes the last one. */
export function rowOf(
  world: AnyWorld,
  { position, events, rounds }: PlayedTick<Json, Json, WorldEvent>,
  { asked, messages }: { asked: boolean; messages?: readonly PartitionMessage[] | undefined },
): RecordedTick {
  return {
    tick: position.tick,
    worldVersion: world.version,
    rounds: asked ? rounds : null,
    messages: messages ?? null,
    ...world.summarise(position.state, events),
    hash: asked ? positionHash(position) : null,
    events,
  };
}
