import { getRun, type Pool, type Run } from '../../adapters/postgres';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown run as for another tenant's */
export async function requireRun(pool: Pool, tenant: string, runId: string): Promise<Run> {
  const run = await getRun(pool, tenant, runId);
  if (run === undefined) throw new LonghaulError('NotFound', { what: 'Run', id: runId });
  return run;
}
