import type { Parked } from '../../domain/simulation/run/simulation-control';

/** Thrown between two ticks: the run cannot go on without a person, or (where its policy says so) not at all. */
export class ParkRun extends Error {
  override readonly name = 'ParkRun';

  constructor(
    readonly why: Parked,
    readonly ends = false,
  ) {
    super(why.reason);
  }
}
