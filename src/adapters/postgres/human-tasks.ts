import type { HumanTaskKind, HumanTaskState } from '../../domain/agents/human-task';
import { toJsonb } from './jsonb';
import { execute, firstRow, isUuid, rows, type Db } from './rows';
import { retryLost } from './transaction';

/** What a person is asked, and what they said. Times are the database's clock. */
export interface HumanTask {
  taskId: string;
  tenant: string;
  runId: string;
  node: string;
  taskKey: string;
  kind: HumanTaskKind;
  prompt: string;
  details: Record<string, unknown>;
  answerSchema: Record<string, unknown> | null;
  assignee: string | null;
  onTimeout: 'reject' | 'approve' | null;
  state: HumanTaskState;
  answer: unknown;
  comment: string | null;
  decidedBy: string | null;
  createdAt: Date;
  dueAt: Date | null;
  decidedAt: Date | null;
  deliveredAt: Date | null;
}

export interface NewTask {
  tenant: string;
  runId: string;
  node: string;
  id: string;
  taskKey: string;
  kind: HumanTaskKind;
  prompt: string;
  details?: Record<string, unknown>;
  answerSchema?: Record<string, unknown>;
  assignee?: string;
  onTimeout?: 'reject' | 'approve';
  dueSeconds?: number;
  remindEverySeconds?: number;
}

/** Idempotent by task key. @returns how the task stands; undefined when the run is over and nobody is asked any more */
export async function openTask(db: Db, { tenant, runId, node, ...task }: NewTask): Promise<HumanTaskState | undefined> {
  const row = await retryLost(db, () =>
    firstRow<{ state: HumanTaskState | null }>(db, 'SELECT open_task($1, $2, $3, $4) AS state', [
      tenant,
      runId,
      node,
      toJsonb(task),
    ]),
  );
  return row?.state ?? undefined;
}

const SELECT_TASKS = `
  SELECT t.id AS "taskId", t.tenant_id AS tenant, t.run_id AS "runId", t.node, t.task_key AS "taskKey", t.kind, t.prompt, t.details,
         t.answer_schema AS "answerSchema", t.assignee, t.on_timeout AS "onTimeout", t.state, t.answer, t.comment, t.decided_by AS "decidedBy",
         t.created_at AS "createdAt", t.due_at AS "dueAt", t.decided_at AS "decidedAt", t.delivered_at AS "deliveredAt"
  FROM human_task t`;

export async function getTask(db: Db, tenant: string, taskId: string): Promise<HumanTask | undefined> {
  if (!isUuid(taskId)) return undefined;
  return firstRow<HumanTask>(db, `${SELECT_TASKS} WHERE t.tenant_id = $1 AND t.id = $2`, [tenant, taskId]);
}

export async function getTaskByKey(
  db: Db,
  tenant: string,
  runId: string,
  taskKey: string,
): Promise<HumanTask | undefined> {
  const where = 'WHERE t.tenant_id = $1 AND t.run_id = $2 AND t.task_key = $3';
  return firstRow<HumanTask>(db, `${SELECT_TASKS} ${where}`, [tenant, runId, taskKey]);
}

export interface TaskFilter {
  tenant: string;
  state?: HumanTaskState;
  runId?: string;
  /** Only older ones. */
  before?: string;
  limit: number;
}

/** Newest first. */
export async function listTasks(db: Db, { tenant, state, runId, before, limit }: TaskFilter): Promise<HumanTask[]> {
  return rows<HumanTask>(
    db,
    `${SELECT_TASKS} WHERE t.tenant_id = $1 AND ($2::text IS NULL OR t.state = $2) AND ($3::uuid IS NULL OR t.run_id = $3)
       AND ($4::uuid IS NULL OR t.id < $4) ORDER BY t.id DESC LIMIT $5`,
    [tenant, state ?? null, runId ?? null, before ?? null, limit],
  );
}

export interface NewDecision {
  tenant: string;
  taskId: string;
  state: 'answered' | 'approved' | 'rejected';
  /** Of a question. */
  answer?: unknown;
  comment?: string;
  by: string;
  idempotencyKey?: string;
}

/** The first decision stays. @returns false when there is no such open task */
export async function decideTask(db: Db, decision: NewDecision): Promise<boolean> {
  const { tenant, taskId, state, answer, comment, by, idempotencyKey } = decision;
  const row = await firstRow<{ decided: boolean }>(db, 'SELECT decide_task($1, $2, $3, $4, $5, $6, $7) AS decided', [
    tenant,
    taskId,
    state,
    answer === undefined ? null : toJsonb(answer),
    comment ?? null,
    by,
    idempotencyKey ?? null,
  ]);
  return row?.decided === true;
}

/** For the sweeper, over all tenants: tasks whose due time has passed. @returns how many were decided by it */
export async function settleDueTasks(db: Db, { limit }: { limit: number }): Promise<number> {
  return (await firstRow<{ done: number }>(db, 'SELECT settle_due_tasks($1) AS done', [limit]))!.done;
}

/** For the sweeper, over all tenants. @returns how many reminders were recorded */
export async function remindOfTasks(db: Db, { limit }: { limit: number }): Promise<number> {
  return (await firstRow<{ done: number }>(db, 'SELECT remind_of_tasks($1) AS done', [limit]))!.done;
}

/** A decision that the run's workflow has not acknowledged. */
export interface UndeliveredDecision {
  taskId: string;
  tenant: string;
  runId: string;
  taskKey: string;
  state: Exclude<HumanTaskState, 'open' | 'cancelled'>;
  workflowId: string;
  runIsOver: boolean;
}

const SELECT_UNDELIVERED = `
  SELECT t.id AS "taskId", t.tenant_id AS tenant, t.run_id AS "runId", t.task_key AS "taskKey", t.state, r.workflow_id AS "workflowId",
         r.launch = 'closed' AS "runIsOver"
  FROM human_task t JOIN run r ON r.id = t.run_id WHERE t.state NOT IN ('open', 'cancelled') AND t.delivered_at IS NULL`;

/** For the sweeper, over all tenants, oldest task first; the next page is what follows the last task of this one. */
export async function undeliveredDecisions(
  db: Db,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<UndeliveredDecision[]> {
  const page = 'AND ($2::uuid IS NULL OR t.id > $2) ORDER BY t.id LIMIT $1';
  return rows<UndeliveredDecision>(db, `${SELECT_UNDELIVERED} ${page}`, [limit, after ?? null]);
}

/** @returns undefined when it is delivered, or not decided yet */
export async function undeliveredDecision(
  db: Db,
  tenant: string,
  taskId: string,
): Promise<UndeliveredDecision | undefined> {
  return firstRow<UndeliveredDecision>(db, `${SELECT_UNDELIVERED} AND t.tenant_id = $1 AND t.id = $2`, [
    tenant,
    taskId,
  ]);
}

/** Idempotent. */
export async function markDelivered(db: Db, tenant: string, taskId: string): Promise<void> {
  const sql =
    'UPDATE human_task SET delivered_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2 AND delivered_at IS NULL';
  await execute(db, sql, [tenant, taskId]);
}
