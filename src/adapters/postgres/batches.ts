import { toJsonb } from './jsonb';
import { execute, firstRow, isUuid, rows, type Db, type Tx } from './rows';
import { type Run, SELECT_RUNS } from './runs';

export interface NewBatch {
  tenant: string;
  batchId: string;
  kind: string;
  name: string;
  parameters: object;
  workflowId: string;
}

/** The batch's own row: a run without nodes and without a budget of its own. Not idempotent, like `createRun`. */
export async function createBatch(
  tx: Tx,
  { tenant, batchId, kind, name, parameters, workflowId }: NewBatch,
): Promise<void> {
  await execute(
    tx,
    'INSERT INTO run (id, tenant_id, kind, name, parameters, workflow_id) VALUES ($1, $2, $3, $4, $5, $6)',
    [batchId, tenant, kind, name, toJsonb(parameters), workflowId],
  );
  await execute(tx, `SELECT add_event($1, 'run-accepted', NULL, '{}')`, [batchId]);
}

/** Puts runs that were just created under a batch, in this order; from now on nobody else starts them. */
export async function holdRuns(
  tx: Tx,
  { tenant, batchId, runIds }: { tenant: string; batchId: string; runIds: string[] },
): Promise<void> {
  await execute(
    tx,
    `UPDATE run r SET launch = 'held', batch_id = $2, batch_position = m.position - 1
     FROM unnest($3::uuid[]) WITH ORDINALITY m(id, position) WHERE r.id = m.id AND r.tenant_id = $1`,
    [tenant, batchId, runIds],
  );
}

export interface MemberKey {
  tenant: string;
  batchId: string;
  position: number;
}

export async function getMember(db: Db, { tenant, batchId, position }: MemberKey): Promise<Run | undefined> {
  return firstRow<Run>(db, `${SELECT_RUNS} WHERE r.tenant_id = $1 AND r.batch_id = $2 AND r.batch_position = $3`, [
    tenant,
    batchId,
    position,
  ]);
}

/** In the order of the batch. */
export async function listMembers(db: Db, tenant: string, batchId: string): Promise<Run[]> {
  if (!isUuid(batchId)) return [];
  return rows<Run>(db, `${SELECT_RUNS} WHERE r.tenant_id = $1 AND r.batch_id = $2 ORDER BY r.batch_position`, [
    tenant,
    batchId,
  ]);
}

/** Temporal knows it now. Idempotent. @returns false when it was known before or is closed */
export async function markHeldStarted(db: Db, tenant: string, runId: string): Promise<boolean> {
  const sql = `UPDATE run SET launch = 'started' WHERE id = $1 AND tenant_id = $2 AND launch = 'held'`;
  return (await execute(db, sql, [runId, tenant])) === 1;
}
