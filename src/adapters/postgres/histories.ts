import { execute, firstRow, rows, type Db } from './rows';

/** A run that is over and whose history nobody has stored. */
export interface RunWithoutHistory {
  tenant: string;
  runId: string;
  name: string;
  workflowId: string;
  graphId: string | null;
  graphVersion: number | null;
  graphSha256: string | null;
  completedAt: Date | null;
}

/** For the sweeper, over all tenants, oldest first. @param after the last runId of the page before */
export async function runsWithoutHistory(
  db: Db,
  { limit, after }: { limit: number; after?: string },
): Promise<RunWithoutHistory[]> {
  return rows<RunWithoutHistory>(
    db,
    `SELECT r.tenant_id AS tenant, r.id AS "runId", r.name, r.workflow_id AS "workflowId", r.graph_id AS "graphId",
            g.version AS "graphVersion", g.sha256 AS "graphSha256", r.completed_at AS "completedAt"
     FROM run r LEFT JOIN graph g ON g.id = r.graph_id
     WHERE r.launch = 'closed' AND r.history_ref IS NULL AND r.history_note IS NULL AND ($1::uuid IS NULL OR r.id > $1)
     ORDER BY r.id LIMIT $2`,
    [after ?? null, limit],
  );
}

/** The first one stays. */
export async function setRunHistory(db: Db, tenant: string, runId: string, ref: string): Promise<void> {
  const sql = `UPDATE run SET history_ref = $3, history_note = NULL WHERE id = $2 AND tenant_id = $1 AND history_ref IS NULL`;
  await execute(db, sql, [tenant, runId, ref]);
}

/** Why a run's history will never be stored, so that it is not asked for again. */
export async function noteRunHistory(db: Db, tenant: string, runId: string, note: string): Promise<void> {
  const sql = `UPDATE run SET history_note = left($3, 2000) WHERE id = $2 AND tenant_id = $1 AND history_ref IS NULL`;
  await execute(db, sql, [tenant, runId, note]);
}

/** The artifact with the run's history, or why there is none. Neither: it is not stored yet. */
export async function getRunHistory(
  db: Db,
  tenant: string,
  runId: string,
): Promise<{ ref: string | null; note: string | null } | undefined> {
  const sql = `SELECT history_ref AS ref, history_note AS note FROM run WHERE id = $2 AND tenant_id = $1`;
  return firstRow<{ ref: string | null; note: string | null }>(db, sql, [tenant, runId]);
}
