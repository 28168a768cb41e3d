import { LonghaulError } from '../../domain/kernel/errors';
import { positionHash } from '../../domain/simulation/position';
import { inspectTick, type InspectedTick } from '../../domain/simulation/record/inspect-tick';
import type { RecordedDefinition, RecordedTick, RecordLine } from '../../domain/simulation/record/record-line';
import { type Difference, RecordReplay } from '../../domain/simulation/record/record-replay';
import { WORLDS } from '../../domain/worlds';

export interface ReplayWish {
  /** So many ticks; undefined: all that are recorded. */
  until: number | undefined;
  inspect: boolean;
}

export interface ReplayReport {
  outcome: 'same' | 'differs';
  runId: string;
  world: string;
  worldVersion: number;
  /** Computed here. */
  ticks: number;
  hashesCompared: number;
  ticksPerSecond: number;
  /** Of the position that was come to. */
  hash: string;
  difference: Difference | null;
  /** The last tick that was computed, when it was asked for. */
  inspected: InspectedTick | null;
}

/**
 * Computes a record again in this process.
 *
 * @throws LonghaulError UnusableFile, WorldMissing, WrongState when the record does not reach so far
 */
export async function replayRecord(lines: AsyncIterable<RecordLine>, wish: ReplayWish): Promise<ReplayReport> {
  const lineage: RecordedDefinition[] = [];
  let run: Running | undefined;
  for await (const line of lines) {
    if (line.type === 'definition') lineage.push(line);
    else run ??= new Running(lineage, wish);
    if (line.type === 'tick') run!.play(line);
    if (line.type === 'end') run!.end(line.tick);
    if (run?.isOver) break;
  }
  return (run ?? new Running(lineage, wish)).report();
}

/** A replay under way. */
class Running {
  isOver = false;
  private readonly definition: RecordedDefinition;
  private readonly replay: RecordReplay;
  private difference: Difference | undefined;
  private inspected: InspectedTick | undefined;
  private ms = 0;

  constructor(
    lineage: readonly RecordedDefinition[],
    private readonly wish: ReplayWish,
  ) {
    const definition = lineage.at(-1);
    if (definition === undefined)
      throw new LonghaulError('UnusableFile', { file: 'The record', detail: 'it has no definition' });
    this.definition = definition;
    for (const { world, worldVersion: version } of lineage)
      if (WORLDS.of(world, version) === undefined) throw new LonghaulError('WorldMissing', { world, version });
    this.replay = new RecordReplay(WORLDS, lineage);
  }

  play(line: RecordedTick): void {
    const { position: before, world } = this.replay;
    const begunMs = performance.now();
    this.difference = this.replay.play(line);
    this.ms += performance.now() - begunMs;
    this.isOver = this.difference !== undefined || line.tick === this.wish.until;
    const wanted = this.wish.inspect && (this.isOver || this.wish.until === undefined);
    if (wanted && this.difference?.found !== null) this.inspected = inspectTick(world, before, line);
  }

  /** The last line says how many ticks there were, so that none is missing before it. */
  end(tick: number): void {
    this.isOver = true;
    const { until } = this.wish;
    const ticks = this.replay.position.tick;
    if (until !== undefined && until > ticks) throw this.tooShort(until, ticks);
    if (ticks === tick) return;
    const detail = `The record says that it has ${tick} ticks, and ${ticks} were in it.`;
    this.difference = { tick: ticks + 1, expected: null, found: null, detail };
  }

  report(): ReplayReport {
    const { runId, world, worldVersion } = this.definition;
    const { position, hashesCompared } = this.replay;
    return {
      ...{ outcome: this.difference ? 'differs' : 'same', runId, world, worldVersion, ticks: position.tick },
      ...{ hashesCompared, ticksPerSecond: this.ms === 0 ? 0 : Math.round((position.tick / this.ms) * 1000) },
      ...{ hash: positionHash(position), difference: this.difference ?? null, inspected: this.inspected ?? null },
    };
  }

  private tooShort(until: number, ticks: number): LonghaulError {
    const params = { what: 'Simulation', id: this.definition.runId, state: `recorded up to tick ${ticks}` };
    return new LonghaulError('WrongState', { ...params, action: 'replay', expected: `a recorded tick, not ${until}` });
  }
}
