import { recordProgress, recordTicks, type Pool, type RecordedTick } from '../../adapters/postgres';
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

export interface RecordTicksDeps {
  pool: Pool;
  simulations: SimulationLoader;
  positions: Positions;
}

/** Computing from here to any tick after it takes at most a quarter of a second. */
const SNAPSHOT_EVERY_TICKS = 100;

/** The book is written by who computed the ticks a second time and came to the same hash: an audit that always runs. */
export function createRecordTicks(deps: RecordTicksDeps): SimulationIoActivities['recordTicks'] {
  return async (input) => {
    try {
      return await record(deps, input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function record(deps: RecordTicksDeps, input: RecordTicksInput): Promise<RecordTicksResult> {
  const { tenant, runId, from, to, progress } = input;
  const { entry } = await deps.simulations.load(tenant, runId);
  const start = await deps.positions.at(tenant, runId, from.tick);
  expectHash(input, from, positionHash(start), 'The recording begins from another state.');
  const begunMs = cpuMs();
  const { ticks, position, hash } = computed(entry.world, start, input);
  const cpuMsPerTick = (cpuMs() - begunMs) / ticks.length;
  expectHash(
    input,
    to,
    hash,
    'World code that is not deterministic, or another version of it, makes such a difference.',
  );
  if (!(await recordTicks(deps.pool, { tenant, runId, ticks }))) {
    throw new LonghaulError('NotFound', { what: 'Simulation', id: runId });
  }
  if (crosses(from.tick, to.tick)) await deps.positions.store(tenant, runId, position, hash);
  deps.positions.keep(runId, position);
  if (progress) await recordProgress(deps.pool, { tenant, runId, ...progress });
  return { cpuMsPerTick };
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
