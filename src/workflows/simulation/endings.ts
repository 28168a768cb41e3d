import { isCancellation } from '@temporalio/workflow';
import type { SimulationInput } from '../../contracts/simulation';
import type { RunEnding } from '../../domain/agents/run-ending';
import type { Json } from '../../domain/kernel/canonical-json';
import { type Position, positionHash } from '../../domain/simulation/position';
import { ParkRun } from './park-run';

export const COMPLETED: RunEnding = { status: 'completed', stopsRunning: false };

export const CANCELLED: RunEnding = {
  status: 'cancelled',
  reasonCode: 'cancelled',
  reason: 'The run was cancelled.',
  stopsRunning: true,
};

export function stopped(tick: number, ticks: number): RunEnding {
  const reason = `Stopped after ${tick} of ${ticks} ticks.`;
  return { status: 'partially_completed', reasonCode: 'stopped', reason, stopsRunning: true };
}

/**
 * What an error between two ticks means for the run. A broken invariant names the way to see it again.
 *
 * @throws the error itself when it is none of the run's: the workflow task fails and is tried again
 */
export function endingAfter(error: unknown, input: SimulationInput, position: Position<Json, Json>): RunEnding {
  if (isCancellation(error)) return CANCELLED;
  if (error instanceof ParkRun) return { status: 'failed', ...error.why, stopsRunning: true };
  if (!(error instanceof Error) || error.name !== 'InvariantError') throw error;
  const { runId, plan } = input;
  const where = `world ${plan.world} version ${plan.worldVersion}, seed ${plan.seed}, after tick ${position.tick}, hash ${positionHash(position)}`;
  const reason = `An invariant of the world does not hold: ${error.message} (${where}). See it again: longhaul replay ${runId} --until ${position.tick + 1}`;
  return { status: 'failed', reasonCode: 'invariant_broken', reason, stopsRunning: true };
}
