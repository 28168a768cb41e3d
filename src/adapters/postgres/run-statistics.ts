import { budgetId } from '../../domain/kernel/ids';
import { firstRow, isUuid, type Db } from './rows';

/** Counts of agents by status; money in micro-USD. The budget is the run's own level. */
export interface RunStatistics {
  total: number;
  completed: number;
  failed: number;
  running: number;
  pending: number;
  rateLimited: number;
  budgetExceeded: number;
  cancelled: number;
  /** Agents that wait for a person's answer or approval; they count as running, too. */
  waitingForPeople: number;
  calls: number;
  cassetteHits: number;
  cassetteMisses: number;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: number;
  budgetLimitMicroUsd: number;
  /** Limit less what is settled, reserved and unknown; below zero only after an overrun. */
  budgetRemainingMicroUsd: number;
  reservedMicroUsd: number;
  unknownMicroUsd: number;
}

export async function runStatistics(db: Db, tenant: string, runId: string): Promise<RunStatistics | undefined> {
  if (!isUuid(runId)) return undefined;
  return firstRow<RunStatistics>(db, STATISTICS, [tenant, runId, budgetId.run(runId)]);
}

const countOf = (status: string, name: string) => `count(*) FILTER (WHERE n.status = '${status}') AS "${name}"`;

const STATISTICS = `
  SELECT n.*, b.limit_micro_usd AS "budgetLimitMicroUsd", b.reserved_micro_usd AS "reservedMicroUsd", b.unknown_micro_usd AS "unknownMicroUsd",
         b.limit_micro_usd - b.settled_micro_usd - b.reserved_micro_usd - b.unknown_micro_usd AS "budgetRemainingMicroUsd"
  FROM budget b CROSS JOIN LATERAL (
    SELECT count(*) AS total, ${countOf('completed', 'completed')}, ${countOf('failed', 'failed')}, ${countOf('running', 'running')},
           ${countOf('pending', 'pending')}, ${countOf('rate_limited', 'rateLimited')}, ${countOf('budget_exceeded', 'budgetExceeded')},
           ${countOf('cancelled', 'cancelled')},
           (SELECT count(DISTINCT t.node) FROM human_task t WHERE t.run_id = $2 AND t.tenant_id = $1 AND t.state = 'open') AS "waitingForPeople", coalesce(sum(n.calls), 0)::bigint AS calls,
           coalesce(sum(n.cassette_hits), 0)::bigint AS "cassetteHits", coalesce(sum(n.cassette_misses), 0)::bigint AS "cassetteMisses",
           coalesce(sum(n.input_tokens), 0)::bigint AS "inputTokens", coalesce(sum(n.output_tokens), 0)::bigint AS "outputTokens",
           coalesce(sum(n.cost_micro_usd), 0)::bigint AS "costMicroUsd"
    FROM run_node n WHERE n.run_id = $2 AND n.tenant_id = $1) n
  WHERE b.id = $3 AND b.tenant_id = $1`;
