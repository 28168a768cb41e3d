import { closeRun, type Run } from '../../adapters/postgres';
import { cancelWorkflow } from '../../adapters/temporal';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ApiDeps } from '../deps';
import { requireRun } from './require-run';

/**
 * Asks a run to stop. What is paid for is kept; the workflow cancels what runs and says when it is over.
 *
 * @throws LonghaulError NotFound, WrongState when it is over, ServiceUnavailable when a started run's Temporal is away
 */
export async function cancelRun(deps: ApiDeps, tenant: string, runId: string): Promise<Run> {
  const run = await requireRun(deps.pool, tenant, runId);
  if (isTerminalRunStatus(run.status)) throw over(run);
  if (run.launch === 'accepted') return cancelBeforeStart(deps, run);
  if (!(await askTemporal(deps, run))) await close(deps, run, 'Cancelled; Temporal did not know the run any more.');
  return run;
}

/**
 * The row is closed first, so that nobody starts the run from now on. A start that is under way at this moment finds
 * the row closed afterwards and cancels its workflow itself; asking Temporal here too makes that sooner.
 */
async function cancelBeforeStart(deps: ApiDeps, run: Run): Promise<Run> {
  if (!(await close(deps, run, 'Cancelled before it was started.'))) return cancelRun(deps, run.tenant, run.runId);
  await askTemporal(deps, run).catch((error: unknown) =>
    deps.log.warn({ err: error, runId: run.runId }, 'cancelled before its start'),
  );
  return { ...run, status: 'cancelled', launch: 'closed' };
}

/** @returns whether Temporal knows the run */
async function askTemporal({ temporal }: ApiDeps, { workflowId }: Run): Promise<boolean> {
  if (temporal === null)
    throw new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail: 'not configured' });
  try {
    return await cancelWorkflow(temporal.client, workflowId);
  } catch (cause) {
    throw new LonghaulError(
      'ServiceUnavailable',
      { service: 'Temporal', detail: 'the cancellation was not passed on; ask again' },
      [],
      { cause },
    );
  }
}

function close({ pool }: ApiDeps, { tenant, runId }: Run, reason: string): Promise<boolean> {
  return closeRun(pool, { tenant, runId, status: 'cancelled', reasonCode: 'cancelled', reason });
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
