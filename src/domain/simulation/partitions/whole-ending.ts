import type { RunEnding } from '../../agents/run-ending';
import type { PartitionEnd } from './tick-barrier';

/** How a simulation ends by how its partitions did: one that failed is named, and does not make the others worth less. */
export function wholeEnding(ends: readonly { name: string; end: PartitionEnd }[], isStopped: boolean): RunEnding {
  const undone = ends.filter(({ end }) => end.status !== 'completed');
  if (undone.length === 0) return { status: 'completed', stopsRunning: false };
  if (isStopped) {
    return { status: 'partially_completed', reasonCode: 'stopped', reason: 'It was stopped.', stopsRunning: true };
  }
  const named = undone.map(({ name, end }) => `${name} (${end.reasonCode ?? end.status})`).join(', ');
  const reason = `${undone.length} of ${ends.length} partitions did not play to the end: ${named}.`;
  const status = undone.length === ends.length ? 'failed' : 'partially_completed';
  return { status, reasonCode: 'partitions_not_completed', reason, stopsRunning: false };
}
