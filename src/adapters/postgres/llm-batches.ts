import { present } from '../../domain/kernel/assert';
import { execute, firstRow, rows, type Db } from './rows';
import { retryLost } from './transaction';

/** One batch of the batch lane. */
export interface BatchRef {
  tenant: string;
  batchId: string;
}

export type LlmBatchState = 'open' | 'full' | 'closed' | 'submitted' | 'over';

export interface LlmBatch extends BatchRef {
  provider: string;
  model: string;
  state: LlmBatchState;
  providerBatchId: string | null;
  closedAt: Date | null;
  submittedAt: Date | null;
}

/** How a batch ended: as the provider says, or because it refused the whole of it, or no longer has it. */
export type BatchOutcome = 'completed' | 'failed' | 'expired' | 'cancelled' | 'refused' | 'gone';

const COLUMNS = `tenant_id AS tenant, batch_id AS "batchId", provider, model, state, provider_batch_id AS "providerBatchId",
  closed_at AS "closedAt", submitted_at AS "submittedAt"`;

export async function loadBatch(db: Db, { tenant, batchId }: BatchRef): Promise<LlmBatch | undefined> {
  return firstRow<LlmBatch>(db, `SELECT ${COLUMNS} FROM llm_batch WHERE tenant_id = $1 AND batch_id = $2`, [
    tenant,
    batchId,
  ]);
}

/** From now on it takes nothing; what is in it counts as sent. Idempotent. @returns how many items it has */
export async function closeLlmBatch(db: Db, { tenant, batchId }: BatchRef): Promise<number> {
  return counted(db, 'SELECT close_llm_batch($1, $2) AS count', [tenant, batchId]);
}

export interface SubmissionClaim {
  answer: 'mine' | 'leased' | 'done';
  /** Claims so far, this one included: after the first, the provider may have the batch already. */
  tries: number;
  submitter: string | null;
  leftMs: number;
}

/** The right to submit a closed batch. Idempotent by token. @param lost a process that is certainly gone */
export async function claimSubmission(
  db: Db,
  { tenant, batchId }: BatchRef,
  claim: { owner: string; token: string; leaseMs: number; lost?: string },
): Promise<SubmissionClaim> {
  const values = [tenant, batchId, claim.owner, claim.token, claim.leaseMs, claim.lost ?? null];
  const row = await retryLost(db, () =>
    firstRow<SubmissionClaim>(
      db,
      'SELECT answer, tries, submitter, left_ms AS "leftMs" FROM claim_submission($1, $2, $3, $4, $5, $6)',
      values,
    ),
  );
  return present(row, 'claim_submission answers one row');
}

/** Others may submit at once, and look for what this claim may have left at the provider. */
export async function releaseSubmission(db: Db, { tenant, batchId }: BatchRef, token: string): Promise<void> {
  const sql = 'UPDATE llm_batch SET submit_until = NULL WHERE tenant_id = $1 AND batch_id = $2 AND submit_token = $3';
  await execute(db, sql, [tenant, batchId, token]);
}

/** @returns false when the batch is known under another id of the provider: this one is one too many */
export async function noteSubmitted(db: Db, { tenant, batchId }: BatchRef, providerBatchId: string): Promise<boolean> {
  const row = await retryLost(db, () =>
    firstRow<{ done: boolean }>(db, 'SELECT note_submitted($1, $2, $3) AS done', [tenant, batchId, providerBatchId]),
  );
  return row?.done === true;
}

/** Which of these ids of a provider's are batches of ours, this one apart; of all tenants, because its list is of all. */
export async function takenBatchIds(
  db: Db,
  { batchId, provider }: Pick<LlmBatch, 'batchId' | 'provider'>,
  ids: readonly string[],
): Promise<Set<string>> {
  const sql = `SELECT provider_batch_id AS id FROM llm_batch WHERE provider = $1 AND batch_id <> $2 AND provider_batch_id = ANY($3)`;
  return new Set((await rows<{ id: string }>(db, sql, [provider, batchId, ids])).map(({ id }) => id));
}

/** Items whose attempts have ended say how; a batch without others is over. Idempotent. @returns how many are left */
export async function endItems(db: Db, { tenant, batchId }: BatchRef, outcome: BatchOutcome): Promise<number> {
  return counted(db, 'SELECT end_items($1, $2, $3) AS count', [tenant, batchId, outcome]);
}

/** For the sweeper, over all tenants: what no open run waits for leaves the batches that are not sent yet. */
export async function withdrawItems(db: Db, { limit }: { limit: number }): Promise<number> {
  return counted(db, 'SELECT withdraw_items($1) AS count', [limit]);
}

/** The lane's workflow is at work on it. */
export async function noteTended(db: Db, { tenant, batchId }: BatchRef): Promise<void> {
  const sql = 'UPDATE llm_batch SET tended_at = clock_timestamp() WHERE tenant_id = $1 AND batch_id = $2';
  await execute(db, sql, [tenant, batchId]);
}

/** For the messenger, over all tenants: batches whose lane has to be told of them, or has shown no sign of life for so long. */
export async function untoldBatches(
  db: Db,
  { limit, silentMs }: { limit: number; silentMs: number },
): Promise<LlmBatch[]> {
  return rows<LlmBatch>(
    db,
    `SELECT ${COLUMNS} FROM llm_batch WHERE state <> 'over' AND (NOT told OR tended_at < clock_timestamp() - $2 * interval '1 ms')
     ORDER BY opened_at LIMIT $1`,
    [limit, silentMs],
  );
}

/** Unless it changed meanwhile: then its lane is told again. */
export async function markBatchTold(
  db: Db,
  { tenant, batchId, state }: BatchRef & Pick<LlmBatch, 'state'>,
): Promise<void> {
  await execute(
    db,
    `UPDATE llm_batch SET told = true, tended_at = clock_timestamp() WHERE tenant_id = $1 AND batch_id = $2 AND (state = $3 OR $3 <> 'open')`,
    [tenant, batchId, state],
  );
}

async function counted(db: Db, sql: string, values: unknown[]): Promise<number> {
  const row = await retryLost(db, () => firstRow<{ count: number }>(db, sql, values));
  return present(row, `${sql}: no row`).count;
}
