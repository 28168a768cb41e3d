import type { RunStatus } from '../../agents/run-state';
import type { Json } from '../../kernel/canonical-json';
import type { SimulationFacts } from '../run/simulation-facts';
import type { RecordedDecisions } from '../run/stretches-of';

export const RECORD_FORMAT = 'longhaul-simulation-1';

/**
 * A run as lines of JSON, enough to compute all of it again: first its definition (of a fork those of its parents before
 * it, the oldest first), then each tick with what was decided in it, last where the record ends.
 */
export type RecordLine = RecordedDefinition | RecordedTick | RecordEnd;

export interface RecordedDefinition extends SimulationFacts {
  type: 'definition';
  format: typeof RECORD_FORMAT;
  name: string;
  parentRunId: string | null;
  /** Of a fork: so many ticks it shares with its parent. */
  forkTick: number | null;
}

export interface RecordedTick extends RecordedDecisions<Json> {
  type: 'tick';
  /** Of the position after it; null inside a fast-forward. */
  hash: string | null;
  /** That played it; left out: the one that played the tick before. */
  worldVersion?: number;
}

export interface RecordEnd {
  type: 'end';
  /** How many ticks the record has. */
  tick: number;
  /** After the last of the run's own ticks; null while there is none. */
  hash: string | null;
  /** Of the run when it was asked. */
  status: RunStatus;
}
