import { present } from '../../kernel/assert';
import type { Json } from '../../kernel/canonical-json';
import { play } from '../play';
import { type Position, positionHash } from '../position';
import { replay } from '../replay';
import { stretchesOf } from '../run/stretches-of';
import type { Answer, Ask, PartitionMessage, PromptParts, TickSummary, WorldEvent } from '../world';
import type { RecordedTick } from './record-line';
import type { RecordedWorld } from './record-replay';

/** One tick of a record, opened: what each agent saw and was told, what it answered, what came of it. */
export interface InspectedTick {
  tick: number;
  /** False: nobody was asked, standing orders went on. */
  asked: boolean;
  recordedHash: string | null;
  hash: string;
  /** What came from other partitions before it. */
  messages: readonly PartitionMessage[];
  summary: TickSummary;
  asks: InspectedAsk[];
  events: WorldEvent[];
  /** After the tick. */
  state: Json;
}

export interface InspectedAsk extends Answer<Json> {
  /** From 0. */
  round: number;
  view: Json;
  /** The world's part of it: an agent's own instructions come on top. */
  prompt: PromptParts;
}

/** @param before the position in which the tick begins. @throws InvariantError when the record does not fit the world */
export function inspectTick(world: RecordedWorld, before: Position<Json, Json>, line: RecordedTick): InspectedTick {
  const asks: InspectedAsk[] = [];
  let rounds: Answer<Json>[][] = [];
  replay(world, before, stretchesOf([line]), (played) => (rounds = played.rounds));
  const opened = ({ agentId, view }: Ask<Json>, round: number) => {
    const answer = present(
      rounds[round]?.find((one) => one.agentId === agentId),
      `inspectTick: ${agentId} has no answer`,
    );
    asks.push({ round, view, prompt: world.prompt(view), ...answer });
    return answer;
  };
  const { position, events } = play(world, before, opened, line.messages ?? []);
  return {
    ...{ tick: line.tick, asked: line.rounds !== null, recordedHash: line.hash, hash: positionHash(position) },
    messages: line.messages ?? [],
    ...{ summary: world.summarise(position.state, events), asks, events, state: position.state },
  };
}
