import { toJsonb } from './jsonb';
import type { BatchRef } from './llm-batches';
import { execute, firstRow, rows, type Db } from './rows';
import { retryLost } from './transaction';

/** A reserved attempt on its way into its lane's open batch. */
export interface NewBatchItem {
  tenant: string;
  callKey: string;
  n: number;
  epoch: number;
  provider: string;
  model: string;
  /** Ids from which the call is made again. */
  subject: unknown;
  /** Of its line. */
  bytes: number;
  leaseMs: number;
  itemsMax: number;
  bytesMax: number;
  runId: string;
  workflowId: string;
  taskKey: string;
}

/** @returns its batch; null when the attempt is no longer its owner's. Idempotent by (callKey, n, epoch). */
export async function enqueueItem(db: Db, item: NewBatchItem): Promise<string | null> {
  const row = await retryLost(db, () =>
    firstRow<{ batchId: string | null }>(db, 'SELECT enqueue_item($1) AS "batchId"', [toJsonb(item)]),
  );
  return row?.batchId ?? null;
}

/** Joins those who wait for a call that is under way in a batch. @returns its attempt, null when there is none */
export async function waitOnItem(
  db: Db,
  wait: { tenant: string; callKey: string; runId: string; workflowId: string; taskKeyPrefix: string },
): Promise<number | null> {
  const { tenant, callKey, runId, workflowId, taskKeyPrefix } = wait;
  const values = [tenant, callKey, runId, workflowId, taskKeyPrefix];
  const row = await retryLost(db, () =>
    firstRow<{ n: number | null }>(db, 'SELECT wait_on_item($1, $2, $3, $4, $5) AS n', values),
  );
  return row?.n ?? null;
}

/** What became of a call that was in batches before. */
export interface PastItems {
  /** How often the provider did not process it. */
  returns: number;
  /** It was asked without a batch since. */
  hasLeft: boolean;
  /** Its last attempt, if it failed in a batch. */
  failureClass: string | null;
  failure: string | null;
  /** Of the call's node, so far. */
  modelFailures: number;
}

/** Undefined for a call that was in none. */
export async function pastItems(db: Db, tenant: string, callKey: string): Promise<PastItems | undefined> {
  return firstRow<PastItems>(
    db,
    `SELECT p.returns, (t.sent_at IS NOT NULL AND i.n IS NULL) AS "hasLeft",
            CASE WHEN i.state = 'failed' THEN t.failure_class END AS "failureClass",
            CASE WHEN i.state = 'failed' THEN t.failure END AS failure, coalesce(rn.model_failures, 0) AS "modelFailures"
     FROM (SELECT count(*) FILTER (WHERE state = 'returned') AS returns, count(*) AS items
           FROM llm_batch_item WHERE tenant_id = $1 AND call_key = $2) p
     CROSS JOIN LATERAL (SELECT * FROM attempt WHERE call_key = $2 AND tenant_id = $1 ORDER BY n DESC LIMIT 1) t
     LEFT JOIN llm_batch_item i ON i.tenant_id = t.tenant_id AND i.call_key = t.call_key AND i.n = t.n
     LEFT JOIN run_node rn ON rn.run_id = t.run_id AND rn.name = t.node
     WHERE p.items > 0`,
    [tenant, callKey],
  );
}

/** An item at the provider, with what is needed to book its answer. */
export interface SentItem {
  callKey: string;
  n: number;
  epoch: number;
  runId: string;
  node: string;
  subject: unknown;
  priceVersion: string;
  requestHash: string;
  /** Whether an open run still waits for it. */
  isWanted: boolean;
}

/** In the order of the lines that were, or will be, submitted. */
export async function listSentItems(db: Db, { tenant, batchId }: BatchRef): Promise<SentItem[]> {
  return rows<SentItem>(
    db,
    `SELECT i.call_key AS "callKey", i.n, i.epoch, t.run_id AS "runId", t.node, i.subject, t.price_version AS "priceVersion",
            t.request_hash AS "requestHash", is_wanted(i) AS "isWanted"
     FROM llm_batch_item i JOIN attempt t ON t.call_key = i.call_key AND t.n = i.n
     WHERE i.tenant_id = $1 AND i.batch_id = $2 AND i.state = 'sent' AND t.state = 'sent' AND t.epoch = i.epoch
     ORDER BY i.call_key, i.n`,
    [tenant, batchId],
  );
}

/** A run that waits for the end of an item that has ended. */
export interface UntoldWaiter {
  tenant: string;
  callKey: string;
  n: number;
  runId: string;
  workflowId: string;
  taskKey: string;
  /** What the answer cost; 0 when none was brought. */
  costMicroUsd: number;
  runIsOver: boolean;
}

/** For the messenger, over all tenants; those of one workflow together. */
export async function untoldWaiters(
  db: Db,
  { limit, after }: { limit: number; after?: UntoldWaiter | undefined },
): Promise<UntoldWaiter[]> {
  return rows<UntoldWaiter>(
    db,
    `SELECT w.tenant_id AS tenant, w.call_key AS "callKey", w.n, w.run_id AS "runId", w.workflow_id AS "workflowId", w.task_key AS "taskKey",
            CASE WHEN t.run_id = w.run_id THEN coalesce(t.actual_micro_usd, 0) ELSE 0 END AS "costMicroUsd", r.launch = 'closed' AS "runIsOver"
     FROM llm_batch_waiter w
     JOIN llm_batch_item i ON i.tenant_id = w.tenant_id AND i.call_key = w.call_key AND i.n = w.n
     JOIN attempt t ON t.call_key = w.call_key AND t.n = w.n
     JOIN run r ON r.id = w.run_id
     WHERE w.told_at IS NULL AND i.state IN ('answered', 'failed', 'returned')
       AND ($2::text IS NULL OR (w.workflow_id, w.call_key, w.n) > ($2, $3, $4))
     ORDER BY w.workflow_id, w.call_key, w.n LIMIT $1`,
    [limit, after?.workflowId ?? null, after?.callKey ?? null, after?.n ?? null],
  );
}

/** Idempotent. */
export async function markWaitersTold(db: Db, waiters: readonly UntoldWaiter[]): Promise<void> {
  await execute(
    db,
    `UPDATE llm_batch_waiter w SET told_at = clock_timestamp()
     FROM jsonb_to_recordset($1) AS x(tenant text, "callKey" text, n integer, "runId" uuid)
     WHERE w.tenant_id = x.tenant AND w.call_key = x."callKey" AND w.n = x.n AND w.run_id = x."runId" AND w.told_at IS NULL`,
    [toJsonb(waiters.map(({ tenant, callKey, n, runId }) => ({ tenant, callKey, n, runId })))],
  );
}
