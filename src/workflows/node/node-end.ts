import type { NodeFailure } from '../../domain/agents/run-ending';

/** How one turn of a node ended. Waiting and parked nodes begin again later; what they did is stored. */
export type NodeEnd =
  | { end: 'completed' }
  | { end: 'failed'; failure: NodeFailure }
  /** Until people have decided on all of these, or the batch of its call has ended. */
  | { end: 'waits'; taskKeys: string[] }
  /** Stopped between two steps, because the run is paused or drains. */
  | { end: 'parked' };

export const COMPLETED: NodeEnd = { end: 'completed' };

export function failed(reasonCode: string, reason: string): NodeEnd {
  return { end: 'failed', failure: { status: 'failed', reasonCode, reason } };
}
