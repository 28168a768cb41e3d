import { activityInfo, log } from '@temporalio/activity';
import { recordTicks, type Pool, type TickStretch } from '../../adapters/postgres';
import { present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import type { Position } from '../../domain/simulation/position';
import type { Positions } from './positions';

export interface WriteTicksDeps {
  pool: Pool;
  positions: Positions;
}

/** The last of the ticks has a hash, which is this position's. */
export type WrittenTicks = TickStretch & { position: Position<Json, Json> };

/** Computing from here to any tick after it takes at most a quarter of a second. */
const SNAPSHOT_EVERY_TICKS = 100;
/** What it waits for takes a tenth of a second or two; or for as long as a run is parked because that was refused. */
const TOO_SOON_WAIT_MS = 50;
const TOO_SOON_WAIT_MAX_MS = 10_000;

/** Rows of ticks, and a snapshot behind them where one is due. @throws LonghaulError RecordedTooSoon | NotFound | SimulationDiverged */
export async function writeTicks(
  { pool, positions }: WriteTicksDeps,
  { position, ...stretch }: WrittenTicks,
): Promise<void> {
  const { tenant, runId, ticks } = stretch;
  const last = present(ticks.at(-1), `Simulation ${runId}: there are no ticks to write`);
  const hash = present(last.hash, `Simulation ${runId}: the last tick of a stretch has no hash`);
  const from = position.tick - ticks.length;
  const { outcome, differsAt } = await recordTicks(pool, stretch);
  if (outcome === 'unknown') throw new LonghaulError('NotFound', { what: 'Simulation', id: runId });
  if (outcome === 'early') throw tooSoon(runId, from);
  if (differsAt !== null) throw recordedOtherwise(runId, from, differsAt);
  const { worldVersion } = last;
  if (crosses(from, position.tick)) await positions.store(tenant, runId, { position, worldVersion }, hash);
}

export function tooSoon(runId: string, from: number): LonghaulError {
  const { attempt } = activityInfo();
  const waitMs = Math.min(TOO_SOON_WAIT_MAX_MS, TOO_SOON_WAIT_MS * 2 ** (attempt - 1));
  const error = new LonghaulError('RecordedTooSoon', { runId, from, waitMs });
  if (waitMs === TOO_SOON_WAIT_MAX_MS) log.warn(error.message, { runId, attempt });
  return error;
}

function recordedOtherwise(runId: string, from: number, tick: number): LonghaulError {
  const difference = 'is in the record already, with other decisions (or messages, state or version of its world)';
  const detail = 'A workflow that was reset plays on otherwise than before, or two processes play the run.';
  return new LonghaulError('SimulationDiverged', { runId, tick, difference, detail, from });
}

function crosses(from: number, to: number): boolean {
  return Math.floor(to / SNAPSHOT_EVERY_TICKS) > Math.floor(from / SNAPSHOT_EVERY_TICKS);
}
