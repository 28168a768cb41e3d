import { closeRun, requestCancel, type Run } from '../../adapters/postgres';
import { cancelWorkflow } from '../../adapters/temporal';
import { passOnCancel } from '../../control/pass-on-cancel';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ApiDeps } from '../deps';
import { requireRun } from './require-run';

/**
 * Asks a run to stop. What is paid for is kept; the workflow cancels what runs and says when it is over. The wish is in
 * the book first: while Temporal is away it waits there, and the sweeper passes it on.
 *
 * @param find what is asked: a run, or a batch, which ends with all its runs
 * @throws LonghaulError NotFound, WrongState when it is over
 */
export async function cancelRun(deps: ApiDeps, tenant: string, runId: string, find = requireRun): Promise<Run> {
  const run = await find(deps.pool, tenant, runId);
  if (isTerminalRunStatus(run.status)) throw over(run);
  if (run.launch === 'accepted' || run.launch === 'held') return cancelBeforeStart(deps, run, find);
  await requestCancel(deps.pool, tenant, runId);
  await passOn(deps, run);
  return run;
}

/**
 * The row is closed first, so that nobody starts the run from now on. A start that is under way at this moment finds
 * the row closed afterwards and cancels its workflow itself; asking Temporal here too makes that sooner.
 */
async function cancelBeforeStart(deps: ApiDeps, run: Run, find: typeof requireRun): Promise<Run> {
  const { tenant, runId, workflowId } = run;
  const reason = 'Cancelled before it was started.';
  if (!(await closeRun(deps.pool, { tenant, runId, status: 'cancelled', reasonCode: 'cancelled', reason })))
    return cancelRun(deps, tenant, runId, find);
  if (deps.temporal !== null)
    await cancelWorkflow(deps.temporal.client, workflowId).catch((error: unknown) =>
      deps.log.warn({ err: error, runId }, 'cancelled before its start'),
    );
  return { ...run, status: 'cancelled', launch: 'closed' };
}

async function passOn({ pool, temporal, log }: ApiDeps, run: Run): Promise<void> {
  if (temporal === null) return;
  await passOnCancel({ pool, temporal: temporal.client }, run).catch((error: unknown) =>
    log.warn({ err: error, runId: run.runId }, 'Temporal does not take the cancellation now; it is passed on later'),
  );
}

function over({ runId, status }: Run): LonghaulError {
  return new LonghaulError('WrongState', {
    what: 'Run',
    id: runId,
    state: status,
    action: 'cancel',
    expected: 'a run that is pending or running',
  });
}
