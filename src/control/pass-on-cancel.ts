import { closeRun, markCancelPassedOn, type Run } from '../adapters/postgres';
import { cancelWorkflow } from '../adapters/temporal';
import type { ControlDeps } from './deps';

/**
 * Tells Temporal that a started run is to stop. The workflow cancels what runs and says when it is over; of a run that
 * Temporal does not know any more the row is closed here.
 *
 * @throws when Temporal does not answer; the wish is in the book, and is passed on again
 */
export async function passOnCancel({ pool, temporal }: ControlDeps, { tenant, runId, workflowId }: Run): Promise<void> {
  const known = await cancelWorkflow(temporal, workflowId);
  await markCancelPassedOn(pool, tenant, runId);
  if (known) return;
  const reason = 'Cancelled; Temporal did not know the run any more.';
  await closeRun(pool, { tenant, runId, status: 'cancelled', reasonCode: 'cancelled', reason });
}
