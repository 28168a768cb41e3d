import { openBreakers, type OpenBreaker } from './breakers';
import type { RunStatus } from '../../domain/agents/run-state';
import type { MicroUsd } from '../../domain/kernel/money';
import type { AttemptState } from './attempts';
import { recentEvents as newestEvents, type MonitorEvent } from './monitor-events';
import { firstRow, rows, type Db } from './rows';
import { usageBy, type Usage } from './usage';

/** What one tenant's installation did and does; averages are null until something has finished. */
export interface SystemStatus {
  runs: {
    total: number;
    byStatus: Partial<Record<RunStatus, number>>;
    finished: number;
    successRate: number | null;
    averageDurationMs: number | null;
    /** Written by runs so far, and by programs of people. */
    events: number;
  };
  agents: { finished: number; completed: number; failed: number; active: number; averageDurationMs: number | null };
  attempts: Partial<Record<AttemptState, number>>;
  /** Attempts after the first of their call. */
  retries: number;
  failures: { failureClass: string; attempts: number }[];
  costs: {
    spentMicroUsd: MicroUsd;
    reservedMicroUsd: MicroUsd;
    unknownMicroUsd: MicroUsd;
    inputTokens: number;
    outputTokens: number;
    byModel: Usage[];
    byAgent: Usage[];
  };
  /** Calls that an equal one of their batch paid for, and what it cost. */
  shared: { calls: number; savedMicroUsd: MicroUsd };
  /** Calls that cassettes answered, and those that they were asked for in vain. */
  cassettes: { hits: number; misses: number };
  breakers: OpenBreaker[];
  /** Nodes that wait now. */
  waiting: { rateLimited: number; budget: number };
  recentEvents: MonitorEvent[];
}

/** @param namesSince models and agents count from then on: each read would otherwise group all attempts that ever were */
export async function systemStatus(
  db: Db,
  tenant: string,
  { recentEvents = 20, namesSince }: { recentEvents?: number; namesSince?: Date } = {},
): Promise<SystemStatus> {
  const [runs, agents, attempts, failures, costs, shared, cassettes, breakers, events] = await Promise.all([
    runTotals(db, tenant),
    agentTotals(db, tenant),
    rows<{ state: AttemptState; count: number; retries: number }>(
      db,
      'SELECT state, count(*), count(*) FILTER (WHERE n > 1) AS retries FROM attempt WHERE tenant_id = $1 GROUP BY state',
      [tenant],
    ),
    rows<{ failureClass: string; attempts: number }>(db, FAILURES, [tenant]),
    costTotals(db, tenant, namesSince),
    sharedTotals(db, tenant),
    cassetteTotals(db, tenant),
    openBreakers(db),
    newestEvents(db, { tenant, limit: recentEvents }),
  ]);
  const { rateLimited, budget, ...agentCounts } = agents;
  const byState = Object.fromEntries(attempts.map(({ state, count }) => [state, count]));
  return {
    runs,
    agents: agentCounts,
    attempts: byState,
    retries: attempts.reduce((sum, { retries }) => sum + retries, 0),
    failures,
    costs,
    shared,
    cassettes,
    breakers,
    waiting: { rateLimited, budget },
    recentEvents: events,
  };
}

/** More names than anybody reads in a status. */
const USAGE_ROWS = 1_000;

/** Batches are containers: their runs count, they do not. */
const AGENT_RUN_KIND = 'agent-run';

const FAILURES = `
  SELECT failure_class AS "failureClass", count(*) AS attempts FROM attempt
  WHERE tenant_id = $1 AND failure_class IS NOT NULL GROUP BY failure_class ORDER BY count(*) DESC, failure_class`;

const averageMs = (condition: string) =>
  `(avg(extract(epoch FROM completed_at - started_at)) FILTER (WHERE ${condition}) * 1000)::float8 AS "durationMs"`;

async function runTotals(db: Db, tenant: string): Promise<SystemStatus['runs']> {
  const counted = await rows<{ status: RunStatus; count: number }>(
    db,
    'SELECT status, count(*) FROM run WHERE tenant_id = $1 AND kind = $2 GROUP BY status',
    [tenant, AGENT_RUN_KIND],
  );
  const byStatus: Partial<Record<RunStatus, number>> = Object.fromEntries(
    counted.map(({ status, count }) => [status, count]),
  );
  const total = counted.reduce((sum, { count }) => sum + count, 0);
  const finished = total - (byStatus.pending ?? 0) - (byStatus.running ?? 0);
  const sums = await firstRow<{ durationMs: number | null; events: number }>(
    db,
    `SELECT ${averageMs('completed_at IS NOT NULL')}, coalesce(sum(event_seq), 0)::bigint
            + (SELECT count(*) FROM monitor_event WHERE tenant_id = $1) AS events
     FROM run WHERE tenant_id = $1 AND kind = $2`,
    [tenant, AGENT_RUN_KIND],
  );
  const successRate = finished === 0 ? null : (byStatus.completed ?? 0) / finished;
  return {
    total,
    byStatus,
    finished,
    successRate,
    averageDurationMs: sums?.durationMs ?? null,
    events: sums?.events ?? 0,
  };
}

async function agentTotals(db: Db, tenant: string): Promise<SystemStatus['agents'] & SystemStatus['waiting']> {
  const row = await firstRow<
    Omit<SystemStatus['agents'], 'averageDurationMs'> & SystemStatus['waiting'] & { durationMs: number | null }
  >(
    db,
    `SELECT count(*) FILTER (WHERE completed_at IS NOT NULL) AS finished, count(*) FILTER (WHERE status = 'completed') AS completed,
            count(*) FILTER (WHERE completed_at IS NOT NULL AND status IN ('failed', 'rate_limited', 'budget_exceeded')) AS failed,
            count(*) FILTER (WHERE completed_at IS NULL AND status <> 'pending') AS active,
            count(*) FILTER (WHERE completed_at IS NULL AND status = 'rate_limited') AS "rateLimited",
            count(*) FILTER (WHERE completed_at IS NULL AND status = 'budget_exceeded') AS budget, ${averageMs("status = 'completed'")}
     FROM run_node WHERE tenant_id = $1`,
    [tenant],
  );
  const { durationMs = null, ...counts } = row ?? {
    finished: 0,
    completed: 0,
    failed: 0,
    active: 0,
    rateLimited: 0,
    budget: 0,
  };
  return { ...counts, averageDurationMs: durationMs };
}

/** From the attempts, not the budgets: a level and its parent both hold the same money. */
async function costTotals(db: Db, tenant: string, from: Date | undefined): Promise<SystemStatus['costs']> {
  const [row, byModel, byAgent] = await Promise.all([
    firstRow<Omit<SystemStatus['costs'], 'byModel' | 'byAgent'>>(
      db,
      `SELECT coalesce(sum(actual_micro_usd) FILTER (WHERE state = 'settled'), 0)::bigint AS "spentMicroUsd",
              coalesce(sum(estimate_micro_usd) FILTER (WHERE state IN ('reserved', 'sent')), 0)::bigint AS "reservedMicroUsd",
              coalesce(sum(estimate_micro_usd) FILTER (WHERE state = 'unknown'), 0)::bigint AS "unknownMicroUsd",
              coalesce(sum(input_tokens) FILTER (WHERE state = 'settled'), 0)::bigint AS "inputTokens",
              coalesce(sum(output_tokens) FILTER (WHERE state = 'settled'), 0)::bigint AS "outputTokens"
       FROM attempt WHERE tenant_id = $1`,
      [tenant],
    ),
    usageBy(db, { tenant, groupBy: 'model', from, limit: USAGE_ROWS }),
    usageBy(db, { tenant, groupBy: 'agent', from, limit: USAGE_ROWS }),
  ]);
  const none = { spentMicroUsd: 0, reservedMicroUsd: 0, unknownMicroUsd: 0, inputTokens: 0, outputTokens: 0 };
  return { ...(row ?? none), byModel, byAgent };
}

async function sharedTotals(db: Db, tenant: string): Promise<SystemStatus['shared']> {
  const row = await firstRow<SystemStatus['shared']>(
    db,
    `SELECT count(*) AS calls, coalesce(sum(p.cost_micro_usd), 0)::bigint AS "savedMicroUsd"
     FROM call_result r JOIN call_result p ON p.call_key = r.shared_from WHERE r.tenant_id = $1 AND r.shared_from IS NOT NULL`,
    [tenant],
  );
  return row ?? { calls: 0, savedMicroUsd: 0 };
}

async function cassetteTotals(db: Db, tenant: string): Promise<SystemStatus['cassettes']> {
  const counts = `SELECT coalesce(sum(cassette_hits), 0)::bigint AS hits, coalesce(sum(cassette_misses), 0)::bigint AS misses
                  FROM run_node WHERE tenant_id = $1`;
  return (await firstRow<SystemStatus['cassettes']>(db, counts, [tenant])) ?? { hits: 0, misses: 0 };
}
