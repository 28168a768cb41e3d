import type { ProgressDelta } from '../../domain/agents/progress-delta';
import { present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import type { Answer, PartitionMessage, TickSummary, WorldEvent } from '../../domain/simulation/world';
import { toJsonb } from './jsonb';
import { isUuid, rows, type Db } from './rows';
import { retryLost } from './transaction';

/** A tick that is done, as people read it. */
export interface TickRow extends TickSummary {
  /** From 1. */
  tick: number;
  /** The answers of each round; null: nobody was asked. */
  rounds: Answer<Json>[][] | null;
  /** What came from other partitions before it; null: nothing. */
  messages: readonly PartitionMessage[] | null;
  /** Of the position after it; null inside a fast-forward. */
  hash: string | null;
  /** Of the world that played it. */
  worldVersion: number;
}

export interface RecordedTick extends TickRow {
  events: WorldEvent[];
}

export interface TicksRecorded {
  /**
   * Nothing was written but for `recorded`. `early`: what is before them is not recorded yet. `unknown`: the tenant has no
   * such simulation. `differs`: some are recorded already, otherwise.
   */
  outcome: 'recorded' | 'early' | 'unknown' | 'differs';
  /** The first tick that is recorded otherwise; null: none. */
  differsAt: number | null;
}

export interface TickStretch {
  tenant: string;
  runId: string;
  ticks: RecordedTick[];
  /** What the workflow tells of the run with them. */
  progress?: { seq: number; delta: ProgressDelta };
}

/** Ticks without a gap, and the progress that comes with them, in one transaction. Idempotent. */
export async function recordTicks(db: Db, { tenant, runId, ticks, progress }: TickStretch): Promise<TicksRecorded> {
  const { tick, hash } = present(ticks.at(-1), `Simulation ${runId}: there are no ticks to record`);
  const sql = 'SELECT outcome, differs_at AS "differsAt" FROM record_ticks($1, $2, $3, $4, $5, $6, $7, $8)';
  const [row] = await retryLost(db, () =>
    rows<TicksRecorded>(db, sql, [
      ...[tenant, runId, toJsonb(ticks)],
      ...[tick - ticks.length, tick, hash],
      ...[progress?.seq ?? null, progress ? toJsonb(progress.delta) : null],
    ]),
  );
  return present(row, 'record_ticks brought no row');
}

export interface TickRange {
  tenant: string;
  runId: string;
  /** Ticks after this one. */
  after: number;
  /** Up to and with this one. */
  until: number;
  limit: number;
}

/** In their order, those before a fork from its parents. */
export async function listTicks(db: Db, { tenant, runId, after, until, limit }: TickRange): Promise<TickRow[]> {
  if (!isUuid(runId)) return [];
  return rows<TickRow>(
    db,
    `SELECT t.tick, t.rounds, t.messages, t.figures, t.storyline, t.mood, t.hash, coalesce(t.world_version, s.world_version) AS "worldVersion"
     FROM simulation_line($1, $2) l JOIN tick t ON t.run_id = l.run_id AND t.tick > l.after_tick AND t.tick <= l.until_tick
     JOIN simulation s ON s.run_id = l.run_id
     WHERE t.tenant_id = $1 AND t.tick > $3 AND t.tick <= $4 ORDER BY t.tick LIMIT $5`,
    [tenant, runId, after, until, limit],
  );
}

export interface TickEventRow extends WorldEvent {
  tick: number;
  position: number;
}

/** In their order. @param type only events of this type @param afterPosition of tick `after` those behind this one, too */
export async function listTickEvents(
  db: Db,
  { tenant, runId, after, until, limit, type, afterPosition }: TickRange & { type?: string; afterPosition?: number },
): Promise<TickEventRow[]> {
  if (!isUuid(runId)) return [];
  return rows<TickEventRow>(
    db,
    `SELECT e.tick, e.position, e.type, e.subject, e.data
     FROM simulation_line($1, $2) l JOIN tick_event e ON e.run_id = l.run_id AND e.tick > l.after_tick AND e.tick <= l.until_tick
     WHERE e.tenant_id = $1 AND (e.tick > $3 OR (e.tick = $3 AND e.position > $7::int)) AND e.tick <= $4
       AND ($6::text IS NULL OR e.type = $6)
     ORDER BY e.tick, e.position LIMIT $5`,
    [tenant, runId, after, until, limit, type ?? null, afterPosition ?? null],
  );
}
