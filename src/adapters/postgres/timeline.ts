import { isUuid, rows, type Db } from './rows';

export type SpanKind = 'attempt' | 'tool' | 'person';

/** A stretch of time that a node spent on one thing. */
export interface Span {
  kind: SpanKind;
  key: string;
  node: string | null;
  /** How it ended, or that it goes on. */
  state: string;
  /** The model, the tool, or what the person was asked for. */
  what: string;
  startedAt: Date;
  /** Of an attempt: when it was sent. What lies before is waiting for budget and limiter. */
  sentAt: Date | null;
  endedAt: Date | null;
  /** Microseconds of the start: where a page begins. */
  startUs: number;
}

export interface TimelineFilter {
  tenant: string;
  runId: string;
  node?: string | undefined;
  limit: number;
  after?: { startUs: number; key: string } | undefined;
}

/** By start, then by key. */
export async function runTimeline(db: Db, { tenant, runId, node, limit, after }: TimelineFilter): Promise<Span[]> {
  if (!isUuid(runId)) return [];
  return rows<Span>(db, TIMELINE, [tenant, runId, node ?? null, after?.startUs ?? null, after?.key ?? null, limit]);
}

const TIMELINE = `
  WITH span AS (
    SELECT 'attempt' AS kind, call_key || '#' || n AS key, node, state, model AS what, reserved_at AS "startedAt", sent_at AS "sentAt",
           closed_at AS "endedAt"
    FROM attempt WHERE tenant_id = $1 AND run_id = $2
    UNION ALL
    SELECT 'tool', tool_key, node, CASE WHEN ended_at IS NULL THEN 'running' WHEN ok THEN 'ok' ELSE 'failed' END, tool, began_at, NULL, ended_at
    FROM tool_result WHERE tenant_id = $1 AND run_id = $2
    UNION ALL
    SELECT 'person', task_key, node, state, kind, created_at, NULL, decided_at
    FROM human_task WHERE tenant_id = $1 AND run_id = $2
  ), placed AS (
    SELECT span.*, (extract(epoch FROM "startedAt") * 1000000)::bigint AS "startUs" FROM span WHERE $3::text IS NULL OR node = $3
  )
  SELECT * FROM placed WHERE $4::bigint IS NULL OR ("startUs", key) > ($4, $5::text) ORDER BY "startUs", key LIMIT $6`;
