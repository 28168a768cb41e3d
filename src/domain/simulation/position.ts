import { hashJson } from '../kernel/hash';

/** Where a simulation stands between two ticks: all that is needed to go on from there. JSON. */
export interface Position<S, D> {
  /** How many ticks are done. */
  tick: number;
  state: S;
  /** Each agent's last decision: what goes on being ordered while nobody is asked. */
  last: Readonly<Record<string, D>>;
}

export function startingPosition<S, D>(state: S): Position<S, D> {
  return { tick: 0, state, last: {} };
}

/** SHA-256 of the canonical JSON. Equal positions have equal hashes, on every machine. */
export function positionHash<S, D>({ tick, state, last }: Position<S, D>): string {
  return hashJson({ tick, state, last });
}
