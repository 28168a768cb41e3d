import { rows, type Db } from './rows';
import type { TickRange } from './ticks';

/** What the answers of models in one tick of a run have used. */
export interface ModelUsageOfTick {
  /** From 1. */
  tick: number;
  tokens: number;
  /** Of each answer; a recorded one costs nothing. */
  costsMicroUsd: number[];
}

/** By tick. Of a fork those up to its fork tick are its parent's, which paid for them. */
export async function modelUsage(
  db: Db,
  { tenant, runId, after, until }: Omit<TickRange, 'limit'>,
): Promise<ModelUsageOfTick[]> {
  return rows<ModelUsageOfTick>(
    db,
    `SELECT (a.meta->>'tick')::int + 1 AS tick, sum(coalesce(a.input_tokens, 0) + coalesce(a.output_tokens, 0))::bigint AS tokens,
            array_agg(coalesce(a.cost_micro_usd, 0)::float8 ORDER BY a.ref) AS "costsMicroUsd"
     FROM simulation_line($1, $2) l
     JOIN artifact a ON a.tenant_id = $1 AND a.session_id = l.run_id::text AND a.tags @> '{call}'
      AND (a.meta->>'tick')::int >= greatest(l.after_tick, $4) AND (a.meta->>'tick')::int < least(l.until_tick, $3)
     GROUP BY 1 ORDER BY 1`,
    [tenant, runId, until, after],
  );
}
