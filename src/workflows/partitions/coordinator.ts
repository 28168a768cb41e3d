import {
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  CarriedCoordinator,
  PartitionedInput,
  PartitionedResult,
  PartitionedStateView,
} from '../../contracts/partitioned-simulation';
import type { ProgressDelta } from '../../domain/agents/progress-delta';
import type { RunEnding } from '../../domain/agents/run-ending';
import { type Done, type PartitionEnd, TickBarrier, type Why } from '../../domain/simulation/partitions/tick-barrier';
import { wholeEnding } from '../../domain/simulation/partitions/whole-ending';
import { SimulationControl } from '../../domain/simulation/run/simulation-control';
import { type OwnRecorder, ownRecorder } from '../own-recorder';
import { showStatus } from '../run-details';
import { CANCELLED } from '../simulation/endings';
import { PartitionRuns } from './partition-runs';

/** As for the runs themselves: a history of this length replays in half a second. */
const CONTINUE_AS_NEW_EVENTS = 2_500;

type Events = NonNullable<ProgressDelta['events']>;

/** The loop of a whole: between two windows it looks at what people said and at its history's length, and opens the next one. */
export class Coordinator {
  readonly barrier: TickBarrier;
  readonly control: SimulationControl;
  private readonly runs: PartitionRuns;
  private readonly record: OwnRecorder;
  private readonly work = new Set<Promise<void>>();
  private news: Events = [];
  private isCancelled = false;

  constructor(readonly input: PartitionedInput) {
    const { carried, partitions, ticks, barrierEvery: every } = input;
    const { maxConcurrentPartitions: atOnce, partitionsPerRunner: atOncePerLane, missedHeartbeatsMax } = input;
    const ackBeats = Math.ceil(input.ackTimeoutSeconds / input.heartbeatSeconds);
    const plan = { partitions, ticks, every, ackBeats, missedBeatsMax: missedHeartbeatsMax, atOnce, atOncePerLane };
    this.barrier = new TickBarrier(plan, carried?.barrier);
    this.control = new SimulationControl(carried && { ...carried, hints: [], told: heldAs(carried.paused) });
    this.runs = new PartitionRuns(input, carried?.workflowIds);
    this.record = ownRecorder({ ...input, progressSeq: carried?.progressSeq });
  }

  /** Everybody has a workflow when it returns, or is over. */
  async begin(): Promise<void> {
    if (!this.input.carried) {
      await uncancelled(() => this.record({ status: 'running', events: [{ type: 'run-started' }] }));
      await uncancelled(() => Promise.all(this.input.partitions.map((_, position) => this.start(position))));
    }
    void uncancelled(() => this.beat());
  }

  /** @returns false when it has to go on in a new history */
  async driveToEnd(): Promise<boolean> {
    try {
      while (!this.barrier.isOver) {
        if (!this.barrier.isAtBarrier) await this.play();
        else if (this.control.isStopping) await this.stopAll();
        else if (this.historyIsLong) {
          if (await this.isSettled()) return false;
        } else if (this.control.isHeld) await this.hold();
        else this.barrier.begin();
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
      await this.cancelAll();
    }
    return true;
  }

  async cancelAll(): Promise<void> {
    this.isCancelled = true;
    await uncancelled(async () => {
      await Promise.all(this.barrier.live.map((position) => this.runs.cancel(position)));
      await this.untilOver();
    });
  }

  ended(position: number, end: PartitionEnd, done: Done): void {
    if (!this.barrier.end(position, end, done)) return;
    if (end.status !== 'completed' && !this.isEnding) this.tellOf('partition-ended', position, end);
  }

  async finish(): Promise<PartitionedResult> {
    await this.settle();
    const partitions = this.input.partitions.map(({ name }, position) => {
      const { end = LEFT_BEHIND, done } = this.barrier.partitions[position]!;
      return { name, ...end, ...(done ? { done } : {}) };
    });
    const ends = partitions.map(({ name, ...end }) => ({ name, end }));
    const ending = this.isCancelled ? CANCELLED : wholeEnding(ends, this.control.isStopping);
    await this.recordEnd(ending);
    const { status, reasonCode, reason } = ending;
    return { status, reasonCode, reason, tick: this.barrier.tick, partitions };
  }

  carry(): CarriedCoordinator {
    return {
      ...{ barrier: this.barrier.carry(), workflowIds: this.runs.workflowIds },
      ...(this.control.isStopping ? { stopped: true as const } : {}),
      ...{ paused: this.control.isHeld, progressSeq: this.record.seq(), seen: this.control.seen.carry() },
    };
  }

  view(): PartitionedStateView {
    const { partitions, ticks } = this.input;
    return {
      ...{ tick: this.barrier.tick, ticks, paused: this.control.isHeld },
      partitions: this.barrier.partitions.map(({ standing, lane, tick, done, end }, position) => ({
        ...{ name: partitions[position]!.name, standing, lane, tick },
        ...(done ? { done } : {}),
        ...(end ? { end } : {}),
      })),
      historyLength: workflowInfo().historyLength,
    };
  }

  /** One window, until everybody has played it or is over. */
  private async play(): Promise<void> {
    for (const window of this.barrier.next()) {
      const { position, ...opened } = window;
      this.begun(() =>
        this.runs.open(position, opened).then((told) => void (told || this.lost(position, UNREACHABLE))),
      );
    }
    await condition(() => this.barrier.isAtBarrier || this.barrier.hasTurns || this.news.length > 0);
    this.show();
    await uncancelled(() => this.flush());
  }

  /** Waits for a person; when they read that it waits, everybody waits. */
  private async hold(): Promise<void> {
    await uncancelled(() => this.flush());
    await condition(() => !this.control.isHeld || this.control.isStopping || this.barrier.isOver);
    await uncancelled(() => this.flush());
  }

  private async stopAll(): Promise<void> {
    await uncancelled(async () => {
      await Promise.all(this.barrier.live.map((position) => this.runs.stop(position)));
      await this.untilOver();
    });
  }

  /** They end by themselves; whoever takes longer than a window may is left to itself. */
  private async untilOver(): Promise<void> {
    const { ackTimeoutSeconds } = this.input;
    if (await condition(() => this.barrier.isOver, ackTimeoutSeconds * 1000)) return;
    for (const position of this.barrier.live) this.barrier.end(position, LEFT_BEHIND);
  }

  private async start(position: number): Promise<void> {
    const started = await this.runs.start(position);
    if (started.state === 'started') this.barrier.seat(position, started.lane);
    else if (this.barrier.end(position, started.end)) this.tellOf('partition-ended', position, started.end);
  }

  private async beat(): Promise<void> {
    for (;;) {
      await condition(() => !this.barrier.isAtBarrier);
      await sleep(this.input.heartbeatSeconds * 1000, { summary: 'heartbeats' });
      for (const { position, why } of this.barrier.beat()) this.lost(position, why);
    }
  }

  /** The rest goes on without it. */
  private lost(position: number, why: Why): void {
    const end = { status: 'failed' as const, ...why };
    if (!this.barrier.end(position, end)) return;
    this.tellOf('partition-removed', position, end);
    this.begun(() => this.runs.remove(position, why));
  }

  private tellOf(type: string, position: number, end: PartitionEnd): void {
    const { tick } = this.barrier.partitions[position]!;
    this.news.push({ type, data: { partition: this.barrier.nameOf(position), tick, ...end } });
  }

  private get isEnding(): boolean {
    return this.isCancelled || this.control.isStopping;
  }

  private begun(work: () => Promise<void>): void {
    const done: Promise<void> = uncancelled(work).finally(() => this.work.delete(done));
    this.work.add(done);
  }

  private async settle(): Promise<void> {
    await Promise.all(this.work);
    await this.flush();
  }

  /** Everything is sent and recorded. False: somebody has spoken meanwhile. */
  private async isSettled(): Promise<boolean> {
    await uncancelled(() => this.settle());
    return this.barrier.isAtBarrier && !this.barrier.isOver && !this.control.isStopping;
  }

  private async flush(): Promise<void> {
    const paused = this.control.takeNews();
    const events = this.news;
    this.news = [];
    if (paused !== undefined) events.push({ type: paused === 'going' ? 'run-resumed' : 'run-paused' });
    if (events.length > 0) await this.record({ events, ...(paused ? { paused: paused !== 'going' } : {}) });
  }

  private async recordEnd({ status, reasonCode, reason }: RunEnding): Promise<void> {
    const type = `run-${status.replaceAll('_', '-')}`;
    await this.record({
      status,
      reasonCode,
      reason,
      events: [{ type, data: { reasonCode, tick: this.barrier.tick } }],
    });
    showStatus(status);
    this.show();
  }

  /** The live line of the Web UI. Costs no history event. */
  private show(): void {
    const { partitions, live, tick } = this.barrier;
    const state = this.control.isHeld ? ' · paused' : '';
    setCurrentDetails(
      `tick ${tick} of ${this.input.ticks} · ${live.length} of ${partitions.length} partitions${state}`,
    );
  }

  private get historyIsLong(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    return historyLength >= (this.input.continueAsNewAfterEvents ?? CONTINUE_AS_NEW_EVENTS) || continueAsNewSuggested;
  }
}

const UNREACHABLE: Why = {
  reasonCode: 'workflow_gone',
  reason: 'Its workflow was ended from outside.',
};

const LEFT_BEHIND: PartitionEnd = {
  status: 'cancelled',
  reasonCode: 'left_behind',
  reason: 'It was told to end, and had not when the whole did.',
};

function heldAs(paused: boolean): 'paused' | 'going' {
  return paused ? 'paused' : 'going';
}

function uncancelled<T>(work: () => Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(work);
}
