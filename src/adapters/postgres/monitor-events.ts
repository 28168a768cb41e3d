import { LonghaulError } from '../../domain/kernel/errors';
import { toJsonb } from './jsonb';
import { firstRow, rows, type Db } from './rows';

/** One event of a run, or of a program of somebody's. */
export interface MonitorEvent {
  runId: string | null;
  seq: number;
  at: Date;
  type: string;
  node: string | null;
  data: Record<string, unknown>;
}

export interface EventToRecord {
  tenant: string;
  type: string;
  runId?: string | undefined;
  node?: string | undefined;
  data: Record<string, unknown>;
}

const COLUMNS = 'run_id AS "runId", seq, at, type, node, data';

/** @throws LonghaulError NotFound when the tenant has no such run, or the run no such agent */
export async function recordEvent(db: Db, { tenant, type, runId, node, data }: EventToRecord): Promise<MonitorEvent> {
  const event = await firstRow<MonitorEvent>(
    db,
    `INSERT INTO monitor_event (tenant_id, run_id, type, node, data)
     SELECT $1, $2, $3, $4, $5
     WHERE ($2::uuid IS NULL OR EXISTS (SELECT FROM run WHERE id = $2 AND tenant_id = $1))
       AND ($2::uuid IS NULL OR $4::text IS NULL OR EXISTS (SELECT FROM run_node WHERE run_id = $2 AND name = $4))
     RETURNING ${COLUMNS}`,
    [tenant, runId ?? null, type, node ?? null, toJsonb(data)],
  );
  if (event === undefined)
    throw new LonghaulError('NotFound', { what: 'Run', id: [runId, node].filter(Boolean).join(' agent ') });
  return event;
}

export interface RecentEventFilter {
  tenant: string;
  type?: string | undefined;
  runId?: string | undefined;
  limit: number;
}

/** Newest first, of all runs and programs; filtered before the limit, so that asking for 100 of a type gives 100. */
export async function recentEvents(db: Db, { tenant, type, runId, limit }: RecentEventFilter): Promise<MonitorEvent[]> {
  const newest = (table: string) => `
    (SELECT ${COLUMNS} FROM ${table}
     WHERE tenant_id = $1 AND ($2::text IS NULL OR type = $2) AND ($3::uuid IS NULL OR run_id = $3)
     ORDER BY at DESC, seq DESC LIMIT $4)`;
  return rows<MonitorEvent>(
    db,
    `${newest('run_event')} UNION ALL ${newest('monitor_event')} ORDER BY at DESC, seq DESC LIMIT $4`,
    [tenant, type ?? null, runId ?? null, limit],
  );
}
