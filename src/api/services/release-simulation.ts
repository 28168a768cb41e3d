import { releaseRun, type Run } from '../../adapters/postgres';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { LonghaulError } from '../../domain/kernel/errors';
import type { RequestContext } from '../route';
import { requireRun } from './require-run';
import { requireSimulation } from './require-simulation';

/** @throws LonghaulError NotFound, WrongState of a run that is over, and of a partition, which its whole starts */
export async function releaseSimulation({ deps, tenant }: RequestContext, runId: string): Promise<Run> {
  await requireSimulation(deps.pool, tenant, runId);
  await releaseRun(deps.pool, tenant, runId);
  const run = await requireRun(deps.pool, tenant, runId);
  if (isTerminalRunStatus(run.status)) throw wrongState(run, run.status);
  if (run.launch === 'held') throw wrongState(run, 'a partition that waits for its turn');
  return run;
}

function wrongState({ runId: id }: Run, state: string): LonghaulError {
  const expected = 'a simulation that is not over';
  return new LonghaulError('WrongState', { what: 'Simulation', id, state, action: 'start', expected });
}
