import { isUuid, rows, type Db } from './rows';

export interface RunEvent {
  runId: string;
  seq: number;
  at: Date;
  type: string;
  node: string | null;
  data: Record<string, unknown>;
}

export const RUN_EVENT_COLUMNS = 'run_id AS "runId", seq, at, type, node, data';

export interface RunEventFilter {
  tenant: string;
  runId: string;
  type?: string;
  node?: string;
  /** Only later ones. */
  afterSeq?: number;
  limit: number;
}

/** Oldest first; filtered before the limit, so that a page is full when there are enough. */
export async function getRunEvents(
  db: Db,
  { tenant, runId, type, node, afterSeq, limit }: RunEventFilter,
): Promise<RunEvent[]> {
  if (!isUuid(runId)) return [];
  return rows<RunEvent>(
    db,
    `SELECT ${RUN_EVENT_COLUMNS} FROM run_event
     WHERE tenant_id = $1 AND run_id = $2 AND seq > $3 AND ($4::text IS NULL OR type = $4) AND ($5::text IS NULL OR node = $5)
     ORDER BY seq LIMIT $6`,
    [tenant, runId, afterSeq ?? 0, type ?? null, node ?? null, limit],
  );
}
