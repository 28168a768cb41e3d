import { getSimulation, type RecordedTick } from '../../adapters/postgres';
import type { RecordTicksInput, RecordTicksResult, SimulationIoActivities } from '../../contracts/simulation';
import { InvariantError, present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import type { PlayedTick } from '../../domain/simulation/play';
import { type Position, positionHash } from '../../domain/simulation/position';
import { replay } from '../../domain/simulation/replay';
import type { WorldEvent } from '../../domain/simulation/world';
import type { AnyWorld } from '../../domain/worlds';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import { cpuMs } from './cpu-ms';
import { asIn, type Placed } from './positions';
import type { RecordingTurns } from './recording-turns';
import type { SimulationLoader } from './simulation-loader';
import { rowOf } from './tick-row';
import { tooSoon, writeTicks, type WriteTicksDeps } from './write-ticks';

export type RecordTicksDeps = WriteTicksDeps & { simulations: SimulationLoader };

/** What a workflow played is written by who computed it a second time and came to the same hash: an audit of all that agents decide live. */
export function createRecordTicks(
  deps: RecordTicksDeps & { turns: RecordingTurns },
): SimulationIoActivities['recordTicks'] {
  return async (input) => {
    try {
      const { runId, from, to } = input;
      const stretch = { from: from.tick, to: to.tick };
      const { cpuMsPerTick } = await heartbeating(() =>
        deps.turns.take(runId, stretch, () => recordStretch(deps, input)),
      );
      return { cpuMsPerTick };
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

/** @returns where it ends */
export async function recordStretch(
  deps: RecordTicksDeps,
  input: RecordTicksInput,
): Promise<RecordTicksResult & { position: Position<Json, Json> }> {
  const { tenant, runId, worldVersion, to, progress } = input;
  const { entry } = await deps.simulations.load(tenant, runId, worldVersion);
  const start = await recordedBefore(deps, input);
  const begunMs = cpuMs();
  const { ticks, position } = computed(entry.world, start, input);
  const cpuMsPerTick = (cpuMs() - begunMs) / ticks.length;
  const detail = 'World code that is not deterministic, or another version of it, makes such a difference.';
  expectHash(input, to, present(ticks.at(-1)?.hash, `Simulation ${runId}: no ticks to record`), detail);
  await writeTicks(deps, { tenant, runId, ticks, position, ...(progress ? { progress } : {}) });
  deps.positions.keep(runId, { position, worldVersion });
  return { cpuMsPerTick, position };
}

/** Where the stretch begins. @throws LonghaulError SimulationDiverged when that is another state than the run's */
export async function recordedBefore(deps: RecordTicksDeps, input: RecordTicksInput): Promise<Position<Json, Json>> {
  const { simulation } = await deps.simulations.load(input.tenant, input.runId);
  const start = asIn(simulation.world, await startOf(deps, input), input.worldVersion);
  expectHash(input, input.from, positionHash(start), 'The recording begins from another state.');
  return start;
}

/** @throws LonghaulError RecordedTooSoon: another process has the stretch before this one under way, or lost it */
async function startOf(deps: WriteTicksDeps, { tenant, runId, from }: RecordTicksInput): Promise<Placed> {
  const kept = deps.positions.kept(runId, from.tick);
  if (kept) return kept;
  const recorded = await getSimulation(deps.pool, tenant, runId);
  if (recorded && Math.max(recorded.tick, recorded.forkTick ?? 0) < from.tick) throw tooSoon(runId, from.tick);
  return await deps.positions.at(tenant, runId, from.tick);
}

interface Computed {
  ticks: RecordedTick[];
  position: Position<Json, Json>;
}

/** @throws LonghaulError SimulationDiverged when the decisions do not fit what the world asks */
function computed(world: AnyWorld, start: Position<Json, Json>, input: RecordTicksInput): Computed {
  const ticks: RecordedTick[] = [];
  try {
    const begun = new Map(input.stretches.map((stretch) => [stretch.tick + 1, stretch]));
    const row = (played: PlayedTick<Json, Json, WorldEvent>) => {
      const stretch = begun.get(played.position.tick);
      return rowOf(world, played, { asked: stretch?.kind === 'decided', messages: stretch?.messages });
    };
    const position = replay(world, start, input.stretches, (played) => ticks.push(row(played)));
    const last = ticks.at(-1);
    if (last) last.hash ??= positionHash(position);
    return { ticks, position };
  } catch (error) {
    if (!(error instanceof InvariantError)) throw error;
    throw diverged(input, { tick: start.tick + ticks.length + 1, hash: input.to.hash }, 'none', error.message);
  }
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
  const difference = `computed again has hash ${found}; the run has ${expected.hash}`;
  return new LonghaulError('SimulationDiverged', { runId, tick: expected.tick, difference, detail, from: from.tick });
}
