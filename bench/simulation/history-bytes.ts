import { temporal } from '@temporalio/proto';
import type { Execution } from '../execution';

/** Of all histories of a run, as they travel. */
export function historyBytes({ histories }: Execution): number {
  return histories.reduce((sum, history) => sum + temporal.api.history.v1.History.encode(history).finish().length, 0);
}
