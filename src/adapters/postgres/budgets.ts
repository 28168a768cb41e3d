import type { MicroUsd } from '../../domain/kernel/money';
import { execute, isUuid, rows, type Db } from './rows';

export interface Budget {
  id: string;
  parentId: string | null;
  runId: string | null;
  limitMicroUsd: MicroUsd;
  settledMicroUsd: MicroUsd;
  reservedMicroUsd: MicroUsd;
  unknownMicroUsd: MicroUsd;
  overrunMicroUsd: MicroUsd;
}

const SELECT_BUDGETS = `
  SELECT id, parent_id AS "parentId", run_id AS "runId", limit_micro_usd AS "limitMicroUsd", settled_micro_usd AS "settledMicroUsd",
         reserved_micro_usd AS "reservedMicroUsd", unknown_micro_usd AS "unknownMicroUsd", overrun_micro_usd AS "overrunMicroUsd"
  FROM budget WHERE tenant_id = $1`;

/** The run's level and its agents', by id. */
export async function getRunBudgets(db: Db, tenant: string, runId: string): Promise<Budget[]> {
  if (!isUuid(runId)) return [];
  return rows<Budget>(db, `${SELECT_BUDGETS} AND run_id = $2 ORDER BY id`, [tenant, runId]);
}

export async function getBudgets(db: Db, tenant: string, ids: string[]): Promise<Budget[]> {
  return rows<Budget>(db, `${SELECT_BUDGETS} AND id = ANY ($2) ORDER BY id`, [tenant, ids]);
}

/** The tenant's level and its experiments', by id. @param after the last id of the page before */
export async function listLevels(
  db: Db,
  { tenant, limit, after }: { tenant: string; limit: number; after?: string },
): Promise<Budget[]> {
  // Bounds of single calls are as many as calls, and interest nobody in a list.
  const sql = `${SELECT_BUDGETS} AND run_id IS NULL AND id NOT LIKE 'call:%' AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`;
  return rows<Budget>(db, sql, [tenant, after ?? null, limit]);
}

/**
 * The limit of the tenant's level or an experiment's, which is made when it is not there. Idempotent.
 * @returns false when the limit is lower than what is spent or held
 */
export async function setBudget(
  db: Db,
  { tenant, id, limitMicroUsd }: { tenant: string; id: string; limitMicroUsd: MicroUsd },
): Promise<boolean> {
  const [row] = await rows<{ set: boolean }>(db, 'SELECT set_budget($1, $2, $3) AS set', [tenant, id, limitMicroUsd]);
  return row?.set === true;
}

/** A level that belongs to no run (`tenant:{t}`). Idempotent: an existing one keeps its limit. @returns whether it is new */
export async function createBudget(
  db: Db,
  budget: { tenant: string; id: string; parentId?: string; limitMicroUsd: MicroUsd },
): Promise<boolean> {
  const sql =
    'INSERT INTO budget (id, tenant_id, parent_id, limit_micro_usd) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING';
  return (await execute(db, sql, [budget.id, budget.tenant, budget.parentId ?? null, budget.limitMicroUsd])) === 1;
}

/** A higher limit for a level of a run. Idempotent. @returns false when there is no such level, or the limit would fall */
export async function raiseBudget(
  db: Db,
  budget: { tenant: string; runId: string; id: string; node?: string; limitMicroUsd: MicroUsd },
): Promise<boolean> {
  const { tenant, runId, id, node, limitMicroUsd } = budget;
  const values = [tenant, runId, id, limitMicroUsd, node ?? null];
  const [row] = await rows<{ raised: boolean }>(db, 'SELECT raise_budget($1, $2, $3, $4, $5) AS raised', values);
  return row?.raised === true;
}
