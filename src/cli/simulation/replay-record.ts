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
  /** Of the position that was come to, as the version reads it that played the last tick. */
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
    for (const { worldVersion } of lineage) this.expectHeld(worldVersion);
    this.replay = new RecordReplay(WORLDS, lineage);
  }

  play(line: RecordedTick): void {
    this.expectHeld(line.worldVersion);
    const begunMs = performance.now();
    const entered = this.entered(line);
    this.difference = this.replay.play(line);
    this.ms += performance.now() - begunMs;
    this.isOver = this.difference !== undefined || line.tick === this.wish.until;
    const wanted = this.isOver || this.wish.until === undefined;
    if (wanted && entered && this.difference?.found !== null)
      this.inspected = inspectTick(entered.world, entered.before, line);
  }

  /** Where the tick begins, for who opens it. What cannot be taken over is a difference, as `play` tells it. */
  private entered(line: RecordedTick): ReturnType<RecordReplay['enter']> | undefined {
    try {
      return this.wish.inspect ? this.replay.enter(line) : undefined;
    } catch {
      return undefined; // `play` comes to the same error, and names it
    }
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
    const { runId, world } = this.definition;
    const { position, hashesCompared, world: played } = this.replay;
    const { version: worldVersion } = played;
    return {
      ...{ outcome: this.difference ? 'differs' : 'same', runId, world, worldVersion, ticks: position.tick },
      ...{ hashesCompared, ticksPerSecond: this.ms === 0 ? 0 : Math.round((position.tick / this.ms) * 1000) },
      ...{ hash: positionHash(position), difference: this.difference ?? null, inspected: this.inspected ?? null },
    };
  }

  /** A run plays one world. */
  private expectHeld(version: number | undefined): void {
    const { world } = this.definition;
    if (version !== undefined && WORLDS.of(world, version) === undefined)
      throw new LonghaulError('WorldMissing', { world, version });
  }

  private tooShort(until: number, ticks: number): LonghaulError {
    const params = { what: 'Simulation', id: this.definition.runId, state: `recorded up to tick ${ticks}` };
    return new LonghaulError('WrongState', { ...params, action: 'replay', expected: `a recorded tick, not ${until}` });
  }
}
