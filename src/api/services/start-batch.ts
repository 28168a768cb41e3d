import { createBatch, holdRuns, newId, type Tx } from '../../adapters/postgres';
import { BATCH_LIMITS, type StartBatch } from '../../contracts/api.schema';
import { BATCH_KIND } from '../../contracts/run-batch';
import type { BatchParameters } from '../../contracts/run-batch-start';
import { workflowId } from '../../contracts/workflow-ids';
import type { LonghaulError } from '../../domain/kernel/errors';
import { invalidRequest } from '../http/validate';
import { placedProblem } from './placed-problem';
import type { CassetteDefaults } from './run-cassette';
import { acceptRun } from './start-run';

/** A batch that is in the book, with all its runs. */
export interface AcceptedBatch {
  batchId: string;
  workflowId: string;
  runIds: string[];
}

/**
 * Rows of a new batch and of every run of it, in the caller's transaction. A run that cannot be accepted refuses the whole
 * batch, named by its place: nobody wants 999 of 1,000.
 *
 * @throws LonghaulError InvalidRequest with the problem of the first run that has one, or for too many agents in all
 */
export async function acceptBatch(
  tx: Tx,
  tenant: string,
  { name, maxConcurrentRuns, runs }: StartBatch,
  defaults: CassetteDefaults,
): Promise<AcceptedBatch> {
  const batchId = newId();
  const parameters: BatchParameters = { total: runs.length, maxConcurrentRuns };
  const batch = { batchId, workflowId: workflowId(BATCH_KIND, tenant, name, batchId) };
  await createBatch(tx, { ...batch, tenant, kind: BATCH_KIND, name, parameters });
  const runIds: string[] = [];
  let agents = 0;
  for (const [position, run] of runs.entries()) {
    const accepted = await acceptRun(tx, tenant, run, defaults).catch((error: unknown) => {
      throw placedProblem(error, 'Batch', `runs[${position}]`, 'graph');
    });
    agents += accepted.agents;
    if (agents > BATCH_LIMITS.agentsMax) throw tooLarge(position);
    runIds.push(accepted.runId);
  }
  await holdRuns(tx, { tenant, batchId, runIds });
  return { ...batch, runIds };
}

function tooLarge(position: number): LonghaulError {
  const message = `With this run the batch has more than ${BATCH_LIMITS.agentsMax} agents in all. Make several batches.`;
  return invalidRequest('Batch', [{ path: `runs[${position}]`, message }]);
}
