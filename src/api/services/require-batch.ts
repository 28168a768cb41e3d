import { type Db, getRun, type Run } from '../../adapters/postgres';
import { BATCH_KIND } from '../../contracts/run-batch';
import { LonghaulError } from '../../domain/kernel/errors';

/** @throws LonghaulError NotFound, for an unknown batch as for another tenant's and for a run that is none */
export async function requireBatch(db: Db, tenant: string, batchId: string): Promise<Run> {
  const run = await getRun(db, tenant, batchId);
  if (run?.kind !== BATCH_KIND) throw new LonghaulError('NotFound', { what: 'Batch', id: batchId });
  return run;
}
