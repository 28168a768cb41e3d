import type { Stretch } from '../replay';
import type { Answer } from '../world';

/** A tick as the book has it. */
export interface RecordedDecisions<D> {
  /** From 1. */
  tick: number;
  /** Null: nobody was asked. */
  rounds: readonly (readonly Answer<D>[])[] | null;
}

/** Recorded ticks as what replay plays; each is a stretch of its own. */
export function stretchesOf<D>(ticks: readonly RecordedDecisions<D>[]): Stretch<D>[] {
  return ticks.map(({ tick, rounds }) =>
    rounds === null
      ? { kind: 'standing', tick: tick - 1, untilTick: tick }
      : { kind: 'decided', tick: tick - 1, rounds },
  );
}
