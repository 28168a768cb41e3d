import type { Stretch } from '../replay';
import type { Answer, PartitionMessage } from '../world';

/** A tick as the book has it. */
export interface RecordedDecisions<D> {
  /** From 1. */
  tick: number;
  /** Null: nobody was asked. */
  rounds: readonly (readonly Answer<D>[])[] | null;
  /** What came from other partitions before it; null: nothing. */
  messages?: readonly PartitionMessage[] | null;
}

/** Recorded ticks as what replay plays; each is a stretch of its own. */
export function stretchesOf<D>(ticks: readonly RecordedDecisions<D>[]): Stretch<D>[] {
  return ticks.map(({ tick, rounds, messages }) => ({
    ...(rounds === null
      ? { kind: 'standing', tick: tick - 1, untilTick: tick }
      : { kind: 'decided', tick: tick - 1, rounds }),
    ...(messages ? { messages } : {}),
  }));
}
