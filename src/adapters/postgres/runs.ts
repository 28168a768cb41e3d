import { budgetId } from '../../domain/kernel/ids';
import type { MicroUsd } from '../../domain/kernel/money';
import type { RunStatus } from '../../domain/agents/run-state';
import { toJsonb } from './jsonb';
import { execute, firstRow, isUuid, rows, type Db, type Tx } from './rows';

export type RunLaunch = 'held' | 'accepted' | 'started' | 'closed';

export interface NewRun {
  tenant: string;
  runId: string;
  kind: string;
  name: string;
  graphId: string | null;
  parameters: Record<string, unknown>;
  workflowId: string;
  costLimitMicroUsd: MicroUsd;
  /** Id of the level above the run's; by default the tenant's, when there is one. */
  parentBudget?: string;
  /** In the order of the definition. */
  nodes: { name: string; costLimitMicroUsd: MicroUsd }[];
}

export interface Run {
  runId: string;
  tenant: string;
  kind: string;
  name: string;
  graphId: string | null;
  graphVersion: number | null;
  graphSha256: string | null;
  parameters: Record<string, unknown>;
  workflowId: string;
  batchId: string | null;
  launch: RunLaunch;
  status: RunStatus;
  reasonCode: string | null;
  reason: string | null;
  progressSeq: number;
  eventSeq: number;
  totalAgents: number;
  completedAgents: number;
  costMicroUsd: MicroUsd;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  /** Since when nothing new starts; null while it is not paused. */
  pausedAt: Date | null;
  cancelRequestedAt: Date | null;
  /** The run that this one retries. */
  parentRunId: string | null;
}

/**
 * Run, nodes and budgets, in the caller's transaction. Budgets are levels: agent → run → experiment → tenant; the
 * tenant's level takes part when a row `tenant:{t}` exists.
 * Not idempotent: repeating it with the same runId is an error (23505). Put it under an idempotency key.
 */
export async function createRun(tx: Tx, run: NewRun): Promise<void> {
  await execute(tx, AGAINST_NEW_TENANT_LEVEL, [budgetId.tenant(run.tenant)]);
  await execute(tx, INSERT_RUN, [
    run.runId,
    run.tenant,
    run.kind,
    run.name,
    run.graphId,
    toJsonb(run.parameters),
    run.workflowId,
  ]);
  const names = run.nodes.map((node) => node.name);
  await execute(tx, INSERT_NODES, [run.runId, run.tenant, names]);
  await execute(tx, INSERT_RUN_BUDGET, [
    budgetId.run(run.runId),
    run.tenant,
    run.parentBudget ?? budgetId.tenant(run.tenant),
    run.runId,
    run.costLimitMicroUsd,
  ]);
  await execute(tx, INSERT_AGENT_BUDGETS, [
    names.map((name) => budgetId.agent(run.runId, name)),
    run.nodes.map((node) => node.costLimitMicroUsd),
    run.tenant,
    budgetId.run(run.runId),
    run.runId,
  ]);
  await execute(tx, `SELECT add_event($1, 'run-accepted', NULL, '{}')`, [run.runId]);
}

/** A level of the tenant that is made at the same moment waits for this run, and is put above it (`set_budget`). */
const AGAINST_NEW_TENANT_LEVEL = 'SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 1))';
const INSERT_RUN = `
  INSERT INTO run (id, tenant_id, kind, name, graph_id, parameters, workflow_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`;
const INSERT_NODES = `
  INSERT INTO run_node (run_id, tenant_id, name, position)
  SELECT $1, $2, name, position - 1 FROM unnest($3::text[]) WITH ORDINALITY n(name, position)`;
const INSERT_RUN_BUDGET = `
  INSERT INTO budget (id, tenant_id, parent_id, run_id, limit_micro_usd)
  VALUES ($1, $2, (SELECT id FROM budget WHERE id = $3 AND tenant_id = $2), $4, $5)`;
const INSERT_AGENT_BUDGETS = `
  INSERT INTO budget (id, tenant_id, parent_id, run_id, limit_micro_usd)
  SELECT id, $3, $4, $5, micro FROM unnest($1::text[], $2::bigint[]) b(id, micro)`;

/** Temporal knows the run now. Idempotent. @returns false when it was known before or is closed */
export async function markRunStarted(db: Db, tenant: string, runId: string): Promise<boolean> {
  const sql = `UPDATE run SET launch = 'started' WHERE id = $1 AND tenant_id = $2 AND launch = 'accepted'`;
  return (await execute(db, sql, [runId, tenant])) === 1;
}

export const SELECT_RUNS = `
  SELECT r.id AS "runId", r.tenant_id AS tenant, r.kind, r.name, r.graph_id AS "graphId", g.version AS "graphVersion", g.sha256 AS "graphSha256", r.parameters,
         r.workflow_id AS "workflowId", r.launch, r.status, r.reason_code AS "reasonCode", r.reason, r.progress_seq AS "progressSeq",
         r.event_seq AS "eventSeq", r.created_at AS "createdAt", r.started_at AS "startedAt", r.completed_at AS "completedAt", r.paused_at AS "pausedAt",
         r.cancel_requested_at AS "cancelRequestedAt", r.parent_run_id AS "parentRunId", r.batch_id AS "batchId",
         nodes.*
  FROM run r LEFT JOIN graph g ON g.id = r.graph_id CROSS JOIN LATERAL (
    SELECT count(*) AS "totalAgents", count(*) FILTER (WHERE n.status = 'completed') AS "completedAgents",
           coalesce(sum(n.cost_micro_usd), 0)::bigint AS "costMicroUsd"
    FROM run_node n WHERE n.run_id = r.id) nodes`;

export async function getRun(db: Db, tenant: string, runId: string): Promise<Run | undefined> {
  if (!isUuid(runId)) return undefined;
  return firstRow<Run>(db, `${SELECT_RUNS} WHERE r.tenant_id = $1 AND r.id = $2`, [tenant, runId]);
}

export interface RunFilter {
  tenant: string;
  status?: RunStatus;
  kind?: string;
  limit: number;
  /** The last runId of the page before. */
  before?: string;
}

/** Newest first: runIds are time-ordered. */
export async function listRuns(db: Db, { tenant, status, kind, limit, before }: RunFilter): Promise<Run[]> {
  if (before !== undefined && !isUuid(before)) return [];
  return rows<Run>(
    db,
    `${SELECT_RUNS} WHERE r.tenant_id = $1 AND ($2::text IS NULL OR r.status = $2) AND ($3::text IS NULL OR r.kind = $3)
       AND ($4::uuid IS NULL OR r.id < $4) ORDER BY r.id DESC LIMIT $5`,
    [tenant, status ?? null, kind ?? null, before ?? null, limit],
  );
}

/** For the sweeper, over all tenants: accepted runs that nobody has started after `olderThanMs`, oldest first. */
export async function pendingLaunches(
  db: Db,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<Run[]> {
  return rows<Run>(
    db,
    `${SELECT_RUNS} WHERE r.launch = 'accepted' AND r.created_at < clock_timestamp() - $1 * interval '1 ms' ORDER BY r.created_at, r.id LIMIT $2`,
    [olderThanMs, limit],
  );
}

/** For the sweeper, over all tenants: runs that Temporal should know as open. @param after the last runId of the page before */
export async function openRuns(db: Db, { limit, after }: { limit: number; after?: string }): Promise<Run[]> {
  return rows<Run>(
    db,
    `${SELECT_RUNS} WHERE r.launch = 'started' AND ($1::uuid IS NULL OR r.id > $1) ORDER BY r.id LIMIT $2`,
    [after ?? null, limit],
  );
}

export interface RunClosing {
  tenant: string;
  runId: string;
  status: Extract<RunStatus, 'failed' | 'cancelled'>;
  reasonCode: string;
  reason: string;
}

/**
 * Closes the row of a run whose workflow ended without saying so (terminated from outside, timed out). Nodes that were
 * not finished are cancelled. Idempotent. @returns false when it was closed before
 */
export async function closeRun(db: Db, { tenant, runId, status, reasonCode, reason }: RunClosing): Promise<boolean> {
  const [row] = await rows<{ closed: boolean }>(db, 'SELECT close_run($1, $2, $3, $4, $5) AS closed', [
    tenant,
    runId,
    status,
    reasonCode,
    reason,
  ]);
  return row?.closed === true;
}

/** Kept with the run, so that the wish outlives a Temporal that is away. Idempotent. */
export async function requestCancel(db: Db, tenant: string, runId: string): Promise<void> {
  const sql = `UPDATE run SET cancel_requested_at = clock_timestamp() WHERE id = $1 AND tenant_id = $2 AND cancel_requested_at IS NULL AND launch <> 'closed'`;
  await execute(db, sql, [runId, tenant]);
}

/** Temporal has the wish. Idempotent. */
export async function markCancelPassedOn(db: Db, tenant: string, runId: string): Promise<void> {
  const sql = 'UPDATE run SET cancel_passed_on_at = clock_timestamp() WHERE id = $1 AND tenant_id = $2';
  await execute(db, sql, [runId, tenant]);
}

/** For the sweeper, over all tenants: started runs whose cancellation Temporal does not know yet. */
export async function cancelsToPassOn(db: Db, { limit }: { limit: number }): Promise<Run[]> {
  return rows<Run>(
    db,
    `${SELECT_RUNS} WHERE r.launch = 'started' AND r.cancel_requested_at IS NOT NULL AND r.cancel_passed_on_at IS NULL
     ORDER BY r.cancel_requested_at LIMIT $1`,
    [limit],
  );
}

/** In the transaction that creates it: nobody starts it before it is released. */
export async function holdRun(tx: Tx, tenant: string, runId: string): Promise<void> {
  await execute(tx, `UPDATE run SET launch = 'held' WHERE id = $1 AND tenant_id = $2`, [runId, tenant]);
}

/** From now on it is started by whoever comes first. Idempotent; the runs of a batch are the batch's to start. */
export async function releaseRun(db: Db, tenant: string, runId: string): Promise<void> {
  const sql = `UPDATE run SET launch = 'accepted' WHERE id = $1 AND tenant_id = $2 AND launch = 'held' AND batch_id IS NULL`;
  await execute(db, sql, [runId, tenant]);
}

/** What people call it; its workflow keeps the name that it began with. Idempotent. */
export async function renameRun(
  db: Db,
  { tenant, runId, name }: { tenant: string; runId: string; name: string },
): Promise<void> {
  await execute(db, 'UPDATE run SET name = $3 WHERE id = $1 AND tenant_id = $2', [runId, tenant, name]);
}
