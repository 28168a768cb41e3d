import { rows, type Db } from './rows';

export interface EarlierRunsQuery {
  tenant: string;
  kind: string;
  /** Name of the graph, in whatever version. */
  name: string;
  /** Only what was completed before then. */
  before?: Date | undefined;
  /** How many of the newest runs are looked at. */
  limit: number;
}

/** Whole numbers, rounded up. */
export interface AgentMeans {
  agent: string;
  runs: number;
  calls: number;
  inputTokens: number;
  outputTokens: number;
}

/** What agents of the newest runs of a graph needed on average: those that completed and asked a model themselves. */
export async function earlierRuns(
  db: Db,
  { tenant, kind, name, before, limit }: EarlierRunsQuery,
): Promise<AgentMeans[]> {
  const sql = `
    SELECT n.name AS agent, count(*) AS runs, ceil(avg(n.calls))::bigint AS calls, ceil(avg(n.input_tokens))::bigint AS "inputTokens",
           ceil(avg(n.output_tokens))::bigint AS "outputTokens"
    FROM (SELECT id FROM run WHERE tenant_id = $1 AND kind = $2 AND name = $3 AND ($4::timestamptz IS NULL OR created_at < $4)
          ORDER BY id DESC LIMIT $5) r
    JOIN run_node n ON n.run_id = r.id
    WHERE n.status = 'completed' AND n.calls > 0 AND n.cassette_hits = 0 AND n.reused_from_run_id IS NULL
      AND ($4::timestamptz IS NULL OR n.completed_at < $4)
    GROUP BY n.name`;
  return rows<AgentMeans>(db, sql, [tenant, kind, name, before ?? null, limit]);
}
