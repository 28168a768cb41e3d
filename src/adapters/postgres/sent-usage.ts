import type { MicroUsd } from '../../domain/kernel/money';
import type { Pool } from './connection';
import { execute, firstRow, rows, type Db } from './rows';
import { withTransaction } from './transaction';

/** What was sent to a provider and counts in a window still, in parts of the window. */
export interface SentUsage {
  model: string;
  priceVersion: string;
  windowMs: number;
  /** Of the youngest in this part: since its latest possible arrival. */
  ageMs: number;
  requests: number;
  tokens: number;
  /** Estimates of those whose tokens nobody knows. */
  unknownMicroUsd: MicroUsd;
  microUsd: MicroUsd;
}

/** An attempt that is at the provider, for all that is known. */
export interface OpenAttempt {
  model: string;
  priceVersion: string;
  owner: string;
  callKey: string;
  n: number;
  leaseLeftMs: number;
  estimateMicroUsd: MicroUsd;
}

/** Who owns the attempts that go with a batch: they take no permit, because a provider's batches have limits of their own. */
const BATCH_OWNER = 'batch-lane';

/**
 * A request arrives between being marked sent and being closed; the later moment counts. Not later than an hour after it
 * was sent: one that is reconciled next week did not arrive next week.
 */
const SENT = `
  SELECT r.model, r.price_version AS "priceVersion", w.window_ms AS "windowMs", (floor(r.age / w.step) * w.step)::bigint AS "ageMs",
         count(*) AS requests, coalesce(sum(r.tokens), 0)::bigint AS tokens,
         coalesce(sum(r.estimate) FILTER (WHERE r.tokens IS NULL), 0)::bigint AS "unknownMicroUsd", sum(r.spend)::bigint AS "microUsd"
  FROM (
    SELECT model, price_version, estimate_micro_usd AS estimate, coalesce(actual_micro_usd, estimate_micro_usd) AS spend,
           input_tokens + output_tokens AS tokens,
           greatest(0, extract(epoch FROM clock_timestamp() - least(closed_at, sent_at + interval '1 hour')) * 1000)::bigint AS age
    FROM attempt
    WHERE provider = $1 AND owner <> '${BATCH_OWNER}' AND state <> 'sent' AND sent_at > clock_timestamp() - interval '1 hour' - $2 * interval '1 ms'
  ) r CROSS JOIN unnest($3::bigint[], $4::bigint[]) AS w (window_ms, step)
  WHERE r.age < w.window_ms + w.step
  GROUP BY 1, 2, 3, 4`;

/**
 * Over all tenants, because a provider counts by account. From one snapshot: between two, an attempt that was closed was
 * in neither, and three such calls exceeded a limit of 60.
 */
export async function usageOf(
  pool: Pool,
  provider: string,
  windows: readonly { windowMs: number; stepMs: number }[],
): Promise<{ sent: SentUsage[]; open: OpenAttempt[] }> {
  const longest = Math.max(0, ...windows.map(({ windowMs }) => windowMs));
  const lengths = windows.map(({ windowMs }) => windowMs);
  const steps = windows.map(({ stepMs }) => stepMs);
  return withTransaction(pool, async (tx) => {
    await execute(tx, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const sent = await rows<SentUsage>(tx, SENT, [provider, longest, lengths, steps]);
    return { sent, open: await rows<OpenAttempt>(tx, OPEN, [provider]) };
  });
}

const OPEN = `
  SELECT model, price_version AS "priceVersion", owner, call_key AS "callKey", n, estimate_micro_usd AS "estimateMicroUsd",
         greatest(1, least(86400000, extract(epoch FROM lease_until - clock_timestamp()) * 1000))::bigint AS "leaseLeftMs"
  FROM attempt WHERE state = 'sent' AND provider = $1 AND owner <> '${BATCH_OWNER}' AND lease_until > '-infinity'`;

/** Whether another process has attempts at this provider under a live lease. */
export async function othersHaveAttempts(db: Db, provider: string, owner: string): Promise<boolean> {
  const found = await firstRow<{ owner: string }>(
    db,
    `SELECT owner FROM attempt WHERE state IN ('reserved', 'sent') AND provider = $1 AND owner NOT IN ($2, '${BATCH_OWNER}') AND lease_until > clock_timestamp() LIMIT 1`,
    [provider, owner],
  );
  return found !== undefined;
}
