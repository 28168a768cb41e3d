import { type Db, getRun, type Run } from '../../adapters/postgres';
import { AGENT_RUN_KIND } from '../../contracts/agent-run';
import { PARTITIONED_KIND } from '../../contracts/partitioned-simulation';
import { SIMULATION_KIND } from '../../contracts/simulation';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown run as for another tenant's and for a batch */
export async function requireRun(db: Db, tenant: string, runId: string): Promise<Run> {
  return await ofKind(db, tenant, runId, [AGENT_RUN_KIND, SIMULATION_KIND, PARTITIONED_KIND]);
}

/** For what only a run of an agent graph has. @throws LonghaulError NotFound */
export async function requireAgentRun(db: Db, tenant: string, runId: string): Promise<Run> {
  return await ofKind(db, tenant, runId, [AGENT_RUN_KIND]);
}

async function ofKind(db: Db, tenant: string, runId: string, kinds: readonly string[]): Promise<Run> {
  const run = await getRun(db, tenant, runId);
  if (run && kinds.includes(run.kind)) return run;
  throw new LonghaulError('NotFound', { what: 'Run', id: runId });
}
