import type { MicroUsd } from '../../domain/kernel/money';
import { attemptKeyOf } from '../../domain/kernel/ids';
import { firstRow, isUuid, rows, type Db } from './rows';

export const ATTEMPT_STATES = ['reserved', 'sent', 'settled', 'void', 'unknown'] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** One row of the cost ledger: one try of one call at a provider. */
export interface Attempt {
  callKey: string;
  n: number;
  /** `{callKey}#{n}`: how the provider's own log names it. */
  attemptKey: string;
  runId: string | null;
  node: string | null;
  state: AttemptState;
  owner: string;
  provider: string;
  model: string;
  priceVersion: string;
  /** Attempts of one call with the same one ask the same of the same provider. */
  requestHash: string;
  estimateMicroUsd: MicroUsd;
  actualMicroUsd: MicroUsd | null;
  inputTokens: number | null;
  outputTokens: number | null;
  providerRequestId: string | null;
  failureClass: string | null;
  failure: string | null;
  late: boolean;
  reservedAt: Date;
  sentAt: Date | null;
  closedAt: Date | null;
}

export interface AttemptFilter {
  tenant: string;
  runId?: string;
  states?: AttemptState[];
  limit: number;
  /** The last row of the page before. */
  after?: { callKey: string; n: number };
}

/** By key: for reconciliation against a provider's log, and for the timeline of a run. */
export async function listAttempts(db: Db, { tenant, runId, states, limit, after }: AttemptFilter): Promise<Attempt[]> {
  if (runId !== undefined && !isUuid(runId)) return [];
  const found = await rows<Omit<Attempt, 'attemptKey'>>(db, LIST, [
    tenant,
    runId ?? null,
    states ?? null,
    after?.callKey ?? null,
    after?.n ?? 0,
    limit,
  ]);
  return found.map((row) => ({ ...row, attemptKey: attemptKeyOf(row.callKey, row.n) }));
}

const LIST = `
  SELECT call_key AS "callKey", n, run_id AS "runId", node, state, owner, provider, model, price_version AS "priceVersion", request_hash AS "requestHash",
         estimate_micro_usd AS "estimateMicroUsd", actual_micro_usd AS "actualMicroUsd", input_tokens AS "inputTokens", output_tokens AS "outputTokens",
         provider_request_id AS "providerRequestId", failure_class AS "failureClass", failure, late, reserved_at AS "reservedAt",
         sent_at AS "sentAt", closed_at AS "closedAt"
  FROM attempt
  WHERE tenant_id = $1 AND ($2::uuid IS NULL OR run_id = $2) AND ($3::text[] IS NULL OR state = ANY ($3))
    AND ($4::text IS NULL OR (call_key, n) > ($4, $5::integer))
  ORDER BY call_key, n LIMIT $6`;

/** Unknown spend that reconciliation has not explained in time: held at its maximum, to be alarmed. */
export interface OverdueUnknown {
  attempts: number;
  heldMicroUsd: MicroUsd;
  oldestSince: Date | null;
}

/** For the sweeper, over all tenants unless one is given. @param olderThanMs the reconciliation deadline, 24 h by default */
export async function overdueUnknown(
  db: Db,
  { tenant, olderThanMs = 86_400_000 }: { tenant?: string; olderThanMs?: number } = {},
): Promise<OverdueUnknown> {
  const row = await firstRow<OverdueUnknown>(
    db,
    `SELECT count(*) AS attempts, coalesce(sum(held_micro_usd), 0)::bigint AS "heldMicroUsd", min(unknown_since) AS "oldestSince" FROM unknown_attempt
     WHERE unknown_since < clock_timestamp() - $1 * interval '1 ms' AND ($2::text IS NULL OR tenant_id = $2)`,
    [olderThanMs, tenant ?? null],
  );
  return row ?? { attempts: 0, heldMicroUsd: 0, oldestSince: null };
}

/** Sums of the double entry by account; `funds` is the other side, and all together are zero. */
export type LedgerTotals = Record<'known' | 'unknown' | 'overrun' | 'funds', MicroUsd>;

export async function ledgerTotals(db: Db, tenant: string): Promise<LedgerTotals> {
  const sums = await rows<{ account: keyof LedgerTotals; total: MicroUsd }>(
    db,
    'SELECT account, sum(amount_micro_usd)::bigint AS total FROM ledger_entry WHERE tenant_id = $1 GROUP BY account',
    [tenant],
  );
  return {
    known: 0,
    unknown: 0,
    overrun: 0,
    funds: 0,
    ...Object.fromEntries(sums.map(({ account, total }) => [account, total])),
  };
}
