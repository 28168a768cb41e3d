import { condition, proxyActivities } from '@temporalio/workflow';
import type { AgentRunInput, IoActivities } from '../contracts/agent-run';
import { taskQueue } from '../contracts/task-queues';
import type { AgentRun, RunChange } from '../domain/agents/agent-run';
import type { RunEnding } from '../domain/agents/run-ending';
import type { ProgressDelta } from '../domain/agents/progress-delta';

/** People do not read faster, and each record costs 6 history events. */
const RECORD_INTERVAL_MS = 1_000;

/**
 * Writes to the read model what only the workflow knows: that the run started, which nodes failed or were cancelled and
 * why, how it ended. At most one record per second, one at a time, applied once by its sequence number. A node that
 * completes is not recorded here: the transaction that pays for it says so.
 */
export class ProgressRecorder {
  seq: number;
  private stopped = false;
  private pending: ProgressDelta | undefined;
  private readonly activities: IoActivities;

  constructor(
    private readonly input: AgentRunInput,
    private readonly run: AgentRun,
  ) {
    this.seq = input.carried?.progressSeq ?? 0;
    this.activities = proxyActivities<IoActivities>({
      taskQueue: taskQueue('io', input.taskQueuePrefix),
      startToCloseTimeout: '30 seconds',
      retry: { initialInterval: 100, maximumInterval: '10 seconds' },
      summary: 'record progress',
    });
  }

  /** Runs until `stop`, outside any cancellation. The first record says that the run has started. */
  async start(isFirstRun: boolean): Promise<void> {
    // A message that came with the start may have noted something already.
    const noted = this.pending?.events ?? [];
    if (isFirstRun) this.pending = { ...this.pending, status: 'running', events: [{ type: 'run-started' }, ...noted] };
    for (let recordedAtMs = -Infinity; ; recordedAtMs = Date.now()) {
      await condition(() => this.stopped || this.pending !== undefined);
      // No timer (2 events, and a task of 3) unless a second change really follows within the interval.
      const early = recordedAtMs + RECORD_INTERVAL_MS - Date.now();
      if (!this.stopped && early > 0) await condition(() => this.stopped, early);
      if (this.stopped) return;
      await this.flush();
    }
  }

  /** To be called after every step of the run; cheap when nothing changed. */
  changed(): void {
    if (!this.run.hasChanges) return;
    const nodes = this.run.takeChanges();
    this.pending = {
      ...this.pending,
      nodes: [...(this.pending?.nodes ?? []), ...nodes],
      events: [...(this.pending?.events ?? []), ...nodes.map(eventOf)],
    };
  }

  /** What people did to the run; recorded with what changed otherwise. */
  note({ paused, events = [] }: Pick<ProgressDelta, 'paused' | 'events'>): void {
    this.pending = {
      ...this.pending,
      ...(paused === undefined ? {} : { paused }),
      events: [...(this.pending?.events ?? []), ...events],
    };
  }

  /** Ends the loop after the record under way. What is left is written by `recordRest` or with the end. */
  async stop(loop: Promise<void>): Promise<void> {
    this.stopped = true;
    await loop;
  }

  async recordRest(): Promise<void> {
    this.changed();
    while (this.pending) await this.flush(); // a person may pause the run while the last record is written
  }

  async recordEnd({ status, reasonCode, reason }: RunEnding): Promise<void> {
    this.changed();
    const last = { type: `run-${status.replaceAll('_', '-')}`, data: { reasonCode } };
    this.pending = { ...this.pending, status, reasonCode, reason, events: [...(this.pending?.events ?? []), last] };
    await this.flush();
  }

  private async flush(): Promise<void> {
    const delta = this.pending!;
    this.pending = undefined;
    this.seq += 1;
    await this.activities.recordProgress({ tenant: this.input.tenant, runId: this.input.runId, seq: this.seq, delta });
  }
}

function eventOf({ name, status, reasonCode, reason }: RunChange): {
  type: string;
  node: string;
  data: Record<string, unknown>;
} {
  return { type: `agent-${status.replaceAll('_', '-')}`, node: name, data: { reasonCode, reason } };
}
