import type { MicroUsd } from '../../domain/kernel/money';
import { rows, type Db } from './rows';

export type UsageGroup = 'agent' | 'model' | 'provider' | 'run' | 'day';

export interface Usage {
  key: string;
  /** Paid attempts: a call that was paid twice counts twice. */
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: MicroUsd;
  /** Part of the cost that was priced by default prices. */
  estimatedMicroUsd: MicroUsd;
  unknownCalls: number;
  /** Held at the maximum. */
  unknownMicroUsd: MicroUsd;
}

export interface UsageQuery {
  tenant: string;
  groupBy: UsageGroup;
  /** Closed from then on. */
  from?: Date | undefined;
  /** Closed before then. */
  to?: Date | undefined;
  limit: number;
  /** The last key of the page before. */
  after?: string | undefined;
}

const KEYS: Record<UsageGroup, string> = {
  agent: `coalesce(node, '-')`,
  model: 'model',
  provider: 'provider',
  run: `coalesce(run_id::text, '-')`,
  day: `to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
};

/** What was spent, by key. From the attempts, not the budgets: a level and its parent both hold the same money. */
export async function usageBy(db: Db, { tenant, groupBy, from, to, limit, after }: UsageQuery): Promise<Usage[]> {
  const sql = `
    SELECT key, count(*) FILTER (WHERE state = 'settled') AS calls, ${sumOf('input_tokens')} AS "inputTokens", ${sumOf('output_tokens')} AS "outputTokens",
           ${sumOf('actual_micro_usd')} AS "costMicroUsd",
           coalesce(sum(actual_micro_usd) FILTER (WHERE state = 'settled' AND price_version LIKE 'estimated %'), 0)::bigint AS "estimatedMicroUsd",
           count(*) FILTER (WHERE state = 'unknown') AS "unknownCalls",
           coalesce(sum(estimate_micro_usd) FILTER (WHERE state = 'unknown'), 0)::bigint AS "unknownMicroUsd"
    FROM (SELECT a.*, ${KEYS[groupBy]} AS key FROM attempt a
          WHERE tenant_id = $1 AND state IN ('settled', 'unknown')
            AND ($2::timestamptz IS NULL OR closed_at >= $2) AND ($3::timestamptz IS NULL OR closed_at < $3)) spent
    WHERE $4::text IS NULL OR key COLLATE "C" > $4
    GROUP BY key ORDER BY key COLLATE "C" LIMIT $5`;
  return rows<Usage>(db, sql, [tenant, from ?? null, to ?? null, after ?? null, limit]);
}

function sumOf(column: string): string {
  return `coalesce(sum(${column}) FILTER (WHERE state = 'settled'), 0)::bigint`;
}
