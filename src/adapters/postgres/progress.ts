import type { ProgressDelta } from '../../domain/agents/progress-delta';
import type { AgentStatus } from '../../domain/agents/run-state';
import { toJsonb } from './jsonb';
import { firstRow, rows, type Db } from './rows';
import { retryLost } from './transaction';

/**
 * Applied once by seq: idempotent. A terminal status closes the run.
 * @returns false when nothing changed: an old seq, a closed run, or a run of another tenant
 */
export async function recordProgress(
  db: Db,
  { tenant, runId, seq, delta }: { tenant: string; runId: string; seq: number; delta: ProgressDelta },
): Promise<boolean> {
  const [row] = await retryLost(db, () =>
    rows<{ applied: boolean }>(db, 'SELECT record_progress($1, $2, $3, $4) AS applied', [
      tenant,
      runId,
      seq,
      toJsonb(delta),
    ]),
  );
  return row?.applied === true;
}

/** What an activity tells of its node while it lasts. Without `waiting` the present wait ends. */
export interface NodeNote {
  status?: AgentStatus;
  reasonCode?: string;
  reason?: string;
  waiting?: boolean;
  nextTryMs?: number;
}

/**
 * Idempotent: the first moment of a wait is kept.
 * @returns since when and how long (ms, by the database's clock) the node waits; undefined when it is finished or unknown
 */
export async function noteNode(
  db: Db,
  { tenant, runId, node, note }: { tenant: string; runId: string; node: string; note: NodeNote },
): Promise<{ waitingSince: Date | null; waitedMs: number } | undefined> {
  const row = await retryLost(db, () =>
    firstRow<{ waitingSince: Date | null; waitedMs: number | null }>(
      db,
      'SELECT waiting_since AS "waitingSince", waited_ms AS "waitedMs" FROM note_node($1, $2, $3, $4)',
      [tenant, runId, node, toJsonb(note)],
    ),
  );
  return row && { waitingSince: row.waitingSince, waitedMs: row.waitedMs ?? 0 };
}
