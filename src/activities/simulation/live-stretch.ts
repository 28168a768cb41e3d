import type { FrameWriter } from '../../adapters/redis/live-frames';
import type { PlayOnInput } from '../../contracts/simulation';
import type { Spent } from '../../domain/simulation/run/spent';
import type { TickSummary } from '../../domain/simulation/world';

/** People do not see more, and a fast-forward plays hundreds of ticks meanwhile. */
const FRAME_EVERY_MS = 100;

/** What whoever looks on sees of ticks that are played beside the workflow. Nothing waits for it. */
export class LiveStretch {
  private shownMs = performance.now();

  constructor(
    private readonly frames: Pick<FrameWriter, 'show'>,
    private readonly input: Pick<PlayOnInput, 'tenant' | 'runId' | 'course'>,
    /** Of the whole run. */
    private readonly ticks: number,
  ) {}

  played(
    { tick, figures, storyline, mood }: TickSummary & { tick: number },
    spent: () => Pick<Spent, 'calls' | 'costMicroUsd'>,
  ): void {
    const nowMs = performance.now();
    if (nowMs - this.shownMs < FRAME_EVERY_MS) return;
    this.shownMs = nowMs;
    const { calls, costMicroUsd } = spent();
    const { tenant, runId, course } = this.input;
    const state = course.kind === 'standing' ? 'forwarding' : 'going';
    const summary = { figures, storyline, mood };
    this.frames.show(tenant, runId, { tick, ticks: this.ticks, state, summary, calls, costMicroUsd });
  }
}
