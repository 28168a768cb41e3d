import { activityInfo, log } from '@temporalio/activity';
import { getSimulation, recordTicks, type Pool, type RecordedTick } from '../../adapters/postgres';
import type { RecordTicksInput, RecordTicksResult, SimulationIoActivities } from '../../contracts/simulation';
import { InvariantError } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import type { PlayedTick } from '../../domain/simulation/play';
import { type Position, positionHash } from '../../domain/simulation/position';
import { replay, type Stretch } from '../../domain/simulation/replay';
import type { WorldEvent } from '../../domain/simulation/world';
import type { AnyWorld } from '../../domain/worlds';
import { toApplicationFailure } from '../to-application-failure';
import type { Positions } from './positions';
import type { SimulationLoader } from './simulation-loader';
import type { RecordingTurns } from './recording-turns';
import { storePlayed } from './store-played';

export interface RecordTicksDeps {
  pool: Pool;
  simulations: SimulationLoader;
  positions: Positions;
  turns: RecordingTurns;
}

/** Computing from here to any tick after it takes at most a quarter of a second. */
const SNAPSHOT_EVERY_TICKS = 100;
/** What it waits for takes a tenth of a second or two; or for as long as a run is parked because that was refused. */
const TOO_SOON_WAIT_MS = 50;
const TOO_SOON_WAIT_MAX_MS = 10_000;

/** The book is written by who computed the ticks a second time and came to the same hash: an audit that always runs. */
export function createRecordTicks(deps: RecordTicksDeps): SimulationIoActivities['recordTicks'] {
  return async (input) => {
    try {
      const { runId, from, to } = input;
      return await deps.turns.take(runId, { from: from.tick, to: to.tick }, () => record(deps, input));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function record(deps: RecordTicksDeps, input: RecordTicksInput): Promise<RecordTicksResult> {
  const { tenant, runId, from, to } = input;
  const { entry } = await deps.simulations.load(tenant, runId);
  const start = await startOf(deps, input);
  expectHash(input, from, positionHash(start), 'The recording begins from another state.');
  const begunMs = cpuMs();
  const played = computed(entry.world, start, input);
  const cpuMsPerTick = (cpuMs() - begunMs) / played.ticks.length;
  expectHash(
    input,
    to,
    played.hash,
    'World code that is not deterministic, or another version of it, makes such a difference.',
  );
  await write(deps, input, played);
  deps.positions.keep(runId, played.position);
  return { cpuMsPerTick };
}

/** @throws LonghaulError RecordedTooSoon: another process has the stretch before this one under way, or lost it */
async function startOf(
  deps: RecordTicksDeps,
  { tenant, runId, from }: RecordTicksInput,
): Promise<Position<Json, Json>> {
  const kept = deps.positions.kept(runId, from.tick);
  if (kept) return kept;
  const recorded = await getSimulation(deps.pool, tenant, runId);
  if (recorded && Math.max(recorded.tick, recorded.forkTick ?? 0) < from.tick) throw tooSoon(runId, from.tick);
  return deps.positions.at(tenant, runId, from.tick);
}

async function write(
  deps: RecordTicksDeps,
  { tenant, runId, from, to, played = [], progress }: RecordTicksInput,
  { ticks, position, hash }: Computed,
): Promise<void> {
  await storePlayed(deps.pool, played);
  const outcome = await recordTicks(deps.pool, { tenant, runId, ticks, ...(progress ? { progress } : {}) });
  if (outcome === 'unknown') throw new LonghaulError('NotFound', { what: 'Simulation', id: runId });
  if (outcome === 'early') throw tooSoon(runId, from.tick);
  if (crosses(from.tick, to.tick)) await deps.positions.store(tenant, runId, position, hash);
}

function tooSoon(runId: string, from: number): LonghaulError {
  const { attempt } = activityInfo();
  const waitMs = Math.min(TOO_SOON_WAIT_MAX_MS, TOO_SOON_WAIT_MS * 2 ** (attempt - 1));
  const error = new LonghaulError('RecordedTooSoon', { runId, from, waitMs });
  if (waitMs === TOO_SOON_WAIT_MAX_MS) log.warn(error.message, { runId, attempt });
  return error;
}

/**
 * Nothing else runs in this process while ticks are computed. A clock on the wall would count other programs of a busy
 * machine too, and make slices and histories shorter by as much: 26 histories instead of 5 for 3,000 ticks at a load of 20.
 */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Computed {
  ticks: RecordedTick[];
  position: Position<Json, Json>;
  hash: string;
}

/** @throws LonghaulError SimulationDiverged when the decisions do not fit what the world asks */
function computed(world: AnyWorld, start: Position<Json, Json>, input: RecordTicksInput): Computed {
  const ticks: RecordedTick[] = [];
  try {
    const begun = new Map(input.stretches.map((stretch) => [stretch.tick + 1, stretch]));
    const row = (played: PlayedTick<Json, Json, WorldEvent>) => rowOf(world, played, begun.get(played.position.tick));
    const position = replay(world, start, input.stretches, (played) => ticks.push(row(played)));
    const last = ticks.at(-1)!;
    last.hash ??= positionHash(position);
    return { ticks, position, hash: last.hash };
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    throw diverged(input, { tick: start.tick + ticks.length + 1, hash: input.to.hash }, 'none', error.message);
  }
}

/** @param begun the stretch that begins with it. Hashing takes as long as a tick, so inside a fast-forward only the last one is. */
function rowOf(
  world: AnyWorld,
  { position, events, rounds }: PlayedTick<Json, Json, WorldEvent>,
  begun: Stretch<Json> | undefined,
): RecordedTick {
  const asked = begun?.kind === 'decided';
  return {
    tick: position.tick,
    rounds: asked ? rounds : null,
    messages: begun?.messages ?? null,
    ...world.summarise(position.state, events),
    hash: asked ? positionHash(position) : null,
    events,
  };
}

function expectHash(input: RecordTicksInput, expected: RecordTicksInput['to'], found: string, detail: string): void {
  if (found !== expected.hash) throw diverged(input, expected, found, detail);
}

function diverged(
  { runId, from }: RecordTicksInput,
  expected: RecordTicksInput['to'],
  found: string,
  detail: string,
): LonghaulError {
  const params = { runId, tick: expected.tick, found, expected: expected.hash, from: from.tick, detail };
  return new LonghaulError('SimulationDiverged', params);
}

function crosses(from: number, to: number): boolean {
  return Math.floor(to / SNAPSHOT_EVERY_TICKS) > Math.floor(from / SNAPSHOT_EVERY_TICKS);
}
