import { assert } from '../kernel/assert';
import { isTerminalRunStatus, type RunStatus } from './run-state';

export type MemberStatus = Extract<RunStatus, 'completed' | 'partially_completed' | 'failed' | 'cancelled'>;

/** How many members ended how. */
export type MemberCounts = Partial<Record<MemberStatus, number>>;

export interface BatchEnding {
  status: MemberStatus;
  reasonCode?: string;
  reason?: string;
}

/** What an earlier workflow run hands over: members start in order and a batch is carried when none runs, so counts do. */
export interface CarriedBatch {
  next: number;
  ended: MemberCounts;
}

/**
 * The life of one batch, pure: a window slides over the members in their order. A member that failed is counted; it
 * never ends the batch, and the next one takes its place.
 */
export class Batch {
  private next: number;
  private readonly ended: MemberCounts;
  private readonly running = new Set<number>();
  private draining = false;
  private stopped = false;

  constructor(
    readonly total: number,
    private readonly window: number,
    carried: CarriedBatch = { next: 0, ended: {} },
  ) {
    assert(window > 0, `Batch: a window of ${window} would never start anything`);
    this.next = carried.next;
    this.ended = { ...carried.ended };
    assert(this.endedCount === this.next, `Batch: ${this.next} members were started, ${this.endedCount} have ended`);
  }

  /** Takes the members that start now, by position; they count as running from here on. */
  start(): number[] {
    const started: number[] = [];
    while (!this.draining && !this.stopped && this.next < this.total && this.running.size < this.window) {
      this.running.add(this.next);
      started.push(this.next);
      this.next += 1;
    }
    return started;
  }

  end(position: number, status: MemberStatus): void {
    assert(this.running.delete(position), `Batch: member ${position} ended, but it did not run`);
    this.ended[status] = this.count(status) + 1;
  }

  /** Nothing starts any more; what runs is told to end by whoever runs it. */
  cancel(): void {
    this.stopped = true;
  }

  drain(): void {
    this.draining = true;
  }

  count(status: MemberStatus): number {
    return this.ended[status] ?? 0;
  }

  get counts(): MemberCounts {
    return { ...this.ended };
  }

  get runningCount(): number {
    return this.running.size;
  }

  get endedCount(): number {
    return Object.values(this.ended).reduce((sum, count) => sum + count, 0);
  }

  get isOver(): boolean {
    return this.running.size === 0 && (this.stopped || this.next === this.total);
  }

  get isDrained(): boolean {
    return this.draining && this.running.size === 0;
  }

  carry(): CarriedBatch {
    assert(this.isDrained, `Batch: carried while ${this.running.size} members run`);
    return { next: this.next, ended: this.counts };
  }

  ending(): BatchEnding {
    assert(this.isOver, `Batch: asked for its end while ${this.running.size} members run`);
    const completed = this.count('completed');
    if (this.stopped) return { status: 'cancelled', reasonCode: 'cancelled', reason: 'The batch was cancelled.' };
    if (completed === this.total) return { status: 'completed' };
    const reason = `${this.total - completed} of ${this.total} runs did not complete.`;
    const status = completed + this.count('partially_completed') === 0 ? 'failed' : 'partially_completed';
    return { status, reasonCode: 'runs_not_completed', reason };
  }
}

export function isMemberStatus(status: RunStatus): status is MemberStatus {
  return isTerminalRunStatus(status);
}
