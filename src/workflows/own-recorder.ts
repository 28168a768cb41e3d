import { proxyActivities } from '@temporalio/workflow';
import type { IoActivities } from '../contracts/agent-run';
import { taskQueue } from '../contracts/task-queues';
import type { ProgressDelta } from '../domain/agents/progress-delta';

export interface OwnRecorder {
  (delta: ProgressDelta): Promise<void>;
  seq(): number;
}

/** Of a run that holds others: its own row says that it began and how it ended; in between its members' rows say all there is. */
export function ownRecorder({
  tenant,
  runId,
  taskQueuePrefix,
  progressSeq = 0,
}: {
  tenant: string;
  runId: string;
  taskQueuePrefix: string;
  progressSeq: number | undefined;
}): OwnRecorder {
  const { recordProgress } = proxyActivities<IoActivities>({
    taskQueue: taskQueue('io', taskQueuePrefix),
    startToCloseTimeout: '30 seconds',
    retry: { initialInterval: 100, maximumInterval: '10 seconds' },
    summary: 'record progress',
  });
  let seq = progressSeq;
  const record = (delta: ProgressDelta) => recordProgress({ tenant, runId, seq: ++seq, delta });
  return Object.assign(record, { seq: () => seq });
}
