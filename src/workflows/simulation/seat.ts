import {
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import {
  PARTITION_ALIVE_SIGNAL,
  PARTITION_ARRIVED_SIGNAL,
  PARTITION_ENDED_SIGNAL,
  PARTITION_REMOVED_SIGNAL,
  PARTITION_STOP_SIGNAL,
  PARTITION_WINDOW_SIGNAL,
  type PartitionAlive,
  type PartitionArrived,
  type PartitionEnded,
  type PartitionRemoved,
  type PartitionSeat,
  type PartitionWindow,
} from '../../contracts/simulation';
import type { RunEnding } from '../../domain/agents/run-ending';
import { type CarriedGate, PartitionGate } from '../../domain/simulation/partitions/partition-gate';
import type { Done, PartitionEnd, Why } from '../../domain/simulation/partitions/tick-barrier';
import type { SimulationControl } from '../../domain/simulation/run/simulation-control';

const opened = defineSignal<[PartitionWindow]>(PARTITION_WINDOW_SIGNAL);
const stop = defineSignal(PARTITION_STOP_SIGNAL);
const removed = defineSignal<[PartitionRemoved]>(PARTITION_REMOVED_SIGNAL);
const arrived = defineSignal<[PartitionArrived]>(PARTITION_ARRIVED_SIGNAL);
const alive = defineSignal<[PartitionAlive]>(PARTITION_ALIVE_SIGNAL);
const ended = defineSignal<[PartitionEnded]>(PARTITION_ENDED_SIGNAL);

/** Between two windows it asks so often whether its coordinator is still there: of one that was terminated nobody tells it. */
const ASK_AGAIN = '10 minutes';

const GONE: Why = {
  reasonCode: 'coordinator_gone',
  reason: 'The workflow that holds the partitions together is over; it was ended from outside.',
};

/**
 * The place of a run beside the other partitions. It plays the windows that its coordinator opens, and tells it so. While
 * a window is open it also says that it is alive: a workflow moves only where a worker serves it, so that is heard of its worker.
 */
export class Seat {
  readonly gate: PartitionGate;
  private isIdle = false;
  private outcast: Why | undefined;

  constructor(
    private readonly seat: PartitionSeat,
    private readonly control: SimulationControl,
    carried?: CarriedGate,
  ) {
    this.gate = new PartitionGate(seat.name, carried);
    setHandler(opened, ({ untilTick, messages }) => this.gate.open(untilTick, messages));
    setHandler(stop, () => this.control.stop());
    setHandler(removed, (why) => this.cast(why));
  }

  get isOpen(): boolean {
    return this.gate.isOpen;
  }

  /** The run of a partition that the others go on without has failed, whatever stopped it. */
  get endingInstead(): RunEnding | undefined {
    return this.outcast && { status: 'failed', ...this.outcast, stopsRunning: true };
  }

  /** Begins to say that it is alive. */
  attend(): void {
    void CancellationScope.nonCancellable(() => this.sayAlive());
  }

  async arrive(done: Done): Promise<void> {
    const { position } = this.seat;
    await this.tell(arrived, { position, done, messages: this.gate.takeSaid() });
  }

  /** @returns when the next window is open, or nobody waits for it any more; `idle` when it does not come at once */
  async rest(): Promise<'idle' | 'over'> {
    await condition(() => this.isOpen || this.control.isStopping || this.isIdle);
    const rested = this.isIdle ? 'idle' : 'over';
    this.isIdle = false;
    return rested;
  }

  async leave(end: PartitionEnd, done: Done): Promise<void> {
    if (this.outcast === undefined) await this.tell(ended, { position: this.seat.position, end, done });
  }

  private async sayAlive(): Promise<void> {
    for (;;) {
      await this.untilOpen();
      await sleep(this.seat.heartbeatMs, { summary: 'heartbeat' });
      if (this.isOpen) await this.tellAlive();
    }
  }

  private async untilOpen(): Promise<void> {
    const isOpen = () => this.isOpen;
    if (await condition(isOpen, this.seat.heartbeatMs)) return;
    this.isIdle = true;
    while (!(await condition(isOpen, ASK_AGAIN))) {
      await this.tellAlive();
      this.isIdle = true; // the loop looks at the history's length: a pause of weeks asks thousands of times
    }
  }

  private async tellAlive(): Promise<void> {
    await this.tell(alive, { position: this.seat.position, tick: this.gate.tick });
  }

  /** It is awaited: what a workflow has not sent when it ends, or continues as new, is never sent. */
  private async tell<T>(signal: ReturnType<typeof defineSignal<[T]>>, message: T): Promise<void> {
    const coordinator = getExternalWorkflowHandle(this.seat.coordinatorWorkflowId);
    try {
      await CancellationScope.nonCancellable(() => coordinator.signal(signal, message));
    } catch {
      this.cast(GONE); // the server refuses a signal only for a workflow that is over
    }
  }

  private cast(why: Why): void {
    this.outcast ??= why;
    this.control.stop();
  }
}
