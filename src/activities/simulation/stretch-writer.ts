import { type PlayAnswer, playRecordings, type RecordedTick } from '../../adapters/postgres';
import { assert } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { callUnderWay, type PlayedCall } from '../../domain/llm/played-call';
import { type Position, positionHash } from '../../domain/simulation/position';
import type { CpuMeter } from './cpu-ms';
import type { OwnTurns } from './own-turns';
import { writeTicks, type WriteTicksDeps } from './write-ticks';

/** What is computed at a time: others of this process wait meanwhile. */
const PART_CPU_MS = 100;
/** With 2 KB for each. */
const PART_CALLS_MAX = 250;

export type StretchWriterDeps = WriteTicksDeps & { own: OwnTurns };

/** Writes ticks while the next ones are computed, one part at a time and in their order. */
export class StretchWriter {
  private ticks: RecordedTick[] = [];
  private calls: Promise<PlayedCall>[] = [];
  private position: Position<Json, Json> | undefined;
  private writing: Promise<void> = Promise.resolve();
  private partFromMs: number;

  constructor(
    private readonly deps: StretchWriterDeps,
    private readonly of: { tenant: string; runId: string },
    private readonly meter: CpuMeter,
  ) {
    this.partFromMs = meter.ms;
  }

  /** @param calls whose recorded answers become their results with the tick. @throws what writing the part before met */
  async add(tick: RecordedTick, position: Position<Json, Json>, calls: readonly Promise<PlayedCall>[]): Promise<void> {
    this.ticks.push(tick);
    this.calls.push(...calls);
    this.position = position;
    const isPart = this.calls.length >= PART_CALLS_MAX || this.meter.ms - this.partFromMs >= PART_CPU_MS;
    if (!isPart) return;
    await this.part();
    await this.meter.without(() => this.deps.own.next());
    this.partFromMs = this.meter.ms;
  }

  /** Everything is written when it returns. */
  async end(): Promise<void> {
    await this.part();
    await this.writing;
  }

  private async part(): Promise<void> {
    await this.meter.without(() => this.writing);
    const { position, ticks, calls } = this;
    if (position === undefined || ticks.length === 0) return;
    ticks.at(-1)!.hash ??= positionHash(position);
    [this.ticks, this.calls] = [[], []];
    this.writing = this.write(ticks, position, calls);
    this.writing.catch(() => undefined); // the next part throws it, or the end
  }

  private async write(
    ticks: RecordedTick[],
    position: Position<Json, Json>,
    calls: readonly Promise<PlayedCall>[],
  ): Promise<void> {
    await this.store(await Promise.all(calls));
    await writeTicks(this.deps, { ...this.of, ticks, position });
  }

  /** Whoever stored another answer first, or has one under way, is found by the next attempt. @throws LonghaulError CallLeased */
  private async store(calls: readonly PlayedCall[]): Promise<void> {
    if (calls.length === 0) return;
    const answers = await playRecordings(this.deps.pool, calls);
    const others = answers.findIndex((found, index) => !isOf(found, calls[index]));
    if (others >= 0) throw callUnderWay(calls[others]!.callKey);
    assert(answers.length === calls.length, `Of ${calls.length} recorded answers ${answers.length} were stored`);
  }
}

/** What another process stored meanwhile has another name, and the record names what is stored: the next attempt reads it. */
function isOf(found: PlayAnswer, call: PlayedCall | undefined): boolean {
  return found.answer !== 'open' && found.artifactRef === call?.artifactRef;
}
