import { setTimeout as pause } from 'node:timers/promises';
import { getSimulationRow, isPostgresDown, listTicks, type SimulationRow } from '../../adapters/postgres';
import { liveFrameReader } from '../../adapters/redis/live-frames';
import { SIMULATION_LIMITS } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { type LiveFrame, ShownFrames, type ViewerFrame } from '../../domain/simulation/record/live-frame';
import type { RequestContext } from '../route';
import { Heartbeat } from './heartbeat';
import { serverEvent } from './server-event';

/** Between two looks at the frames: five a second are a film. */
const LOOK_MS = 200;
/** Between two looks at the book, which alone says that a run is over. */
const BOOK_MS = 1_000;
const TICKS_AT_ONCE = 500;

const OUTAGES = {
  redis_unavailable: 'Live frames are away. The stream goes on with the ticks that are recorded.',
  database_unavailable: 'The record is away. The stream goes on with live frames, and ends when the record is back.',
} as const;

/**
 * What one viewer sees of a run, until it ends: the ticks that are recorded, then live frames, which come before anything
 * is recorded. Either of the two sources may be away; that is said, and the stream goes on with the other one.
 */
export class LiveSimulation {
  private readonly shown: ShownFrames;
  private readonly frames: ReturnType<typeof liveFrameReader> | null;
  private readonly away = new Set<keyof typeof OUTAGES>();
  /** The record may hold ticks that no frame brought. */
  private isBehind = true;
  private isOver = false;
  private bookedAtMs = -Infinity;

  /** @param after ticks after this one are shown */
  constructor(
    private readonly context: RequestContext,
    private readonly runId: string,
    after: number,
  ) {
    const { redis } = context.deps;
    this.shown = new ShownFrames(after);
    this.frames = redis && liveFrameReader(redis, context.tenant, runId);
  }

  async *events(): AsyncGenerator<string> {
    const heartbeat = new Heartbeat();
    yield* heartbeat.whenSilent();
    for (;;) {
      for await (const event of this.look()) {
        yield event;
        heartbeat.said();
      }
      if (this.isOver) return;
      yield* heartbeat.whenSilent();
      await pause(LOOK_MS, undefined, { signal: this.context.gone });
    }
  }

  private async *look(): AsyncGenerator<string> {
    try {
      if (performance.now() - this.bookedAtMs >= BOOK_MS) yield* this.book();
      if (!this.isOver) yield* this.film();
    } catch (error) {
      if (!isPostgresDown(error)) throw error;
      yield* this.warn('database_unavailable', error);
    }
  }

  private async *book(): AsyncGenerator<string> {
    this.bookedAtMs = performance.now();
    const { deps, tenant } = this.context;
    const row = await getSimulationRow(deps.pool, tenant, this.runId);
    const isOver = row === undefined || isTerminalRunStatus(row.status);
    if (this.isBehind || isOver) yield* this.recorded();
    this.isBehind = this.away.has('redis_unavailable');
    this.away.delete('database_unavailable');
    this.isOver = isOver;
    if (isOver && row) yield endOf(row);
  }

  private async *recorded(): AsyncGenerator<string> {
    const { deps, tenant } = this.context;
    const range = { tenant, runId: this.runId, until: SIMULATION_LIMITS.ticksMax, limit: TICKS_AT_ONCE };
    for (let isWhole = true; isWhole;) {
      const ticks = await listTicks(deps.pool, { ...range, after: this.shown.tick });
      for (const { tick, figures, storyline, mood } of ticks) {
        yield* this.shownOnce({ source: 'record', tick, summary: { figures, storyline, mood } });
      }
      isWhole = ticks.length === TICKS_AT_ONCE;
    }
  }

  private async *film(): AsyncGenerator<string> {
    const frames = await this.nextFrames();
    if (frames instanceof Error) {
      this.isBehind = true;
      return yield* this.warn('redis_unavailable', frames);
    }
    // After an outage the record comes first: it has what was lost meanwhile.
    if (this.away.delete('redis_unavailable')) yield* this.recorded();
    for (const frame of frames) {
      yield* this.shownOnce({ source: 'live', ...frame });
      if (frame.state === 'ended') this.bookedAtMs = -Infinity;
    }
  }

  private *shownOnce(frame: ViewerFrame): Generator<string> {
    if (this.shown.take(frame)) yield serverEvent('frame', frame, frame.tick);
  }

  private async nextFrames(): Promise<LiveFrame[] | Error> {
    try {
      return this.frames === null ? new Error('This process has no Redis.') : await this.frames.next();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private *warn(code: keyof typeof OUTAGES, error: unknown): Generator<string> {
    if (this.away.has(code)) return;
    this.away.add(code);
    this.context.log.warn({ err: error, runId: this.runId }, `a viewer goes on without: ${code}`);
    yield serverEvent('warning', { code, detail: OUTAGES[code] });
  }
}

function endOf({ status, reasonCode, reason, tick, ticks }: SimulationRow): string {
  return serverEvent('end', { status, reasonCode, reason, tick, ticks }, tick);
}
