import { type Db, getRun, type Run } from '../../adapters/postgres';
import { AGENT_RUN_KIND } from '../../contracts/agent-run';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown run as for another tenant's and for a batch */
export async function requireRun(db: Db, tenant: string, runId: string): Promise<Run> {
  const run = await getRun(db, tenant, runId);
  if (run?.kind !== AGENT_RUN_KIND) throw new LonghaulError('NotFound', { what: 'Run', id: runId });
  return run;
}
