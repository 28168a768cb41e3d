import { type Db, getRun, type Run } from '../../adapters/postgres';
import { PARTITIONED_KIND } from '../../contracts/partitioned-simulation';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown one as for another tenant's and for a run that is none */
export async function requirePartitioned(db: Db, tenant: string, runId: string): Promise<Run> {
  const run = await getRun(db, tenant, runId);
  if (run?.kind !== PARTITIONED_KIND)
    throw new LonghaulError('NotFound', { what: 'Partitioned simulation', id: runId });
  return run;
}
