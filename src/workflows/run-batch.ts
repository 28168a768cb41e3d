import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunBatchInput, RunBatchResult } from '../contracts/run-batch';
import { Batch } from '../domain/agents/batch';
import { BatchMembers } from './batch-members';
import { type OwnRecorder, ownRecorder } from './own-recorder';
import { showStatus } from './run-details';

/** As for agent runs: a history of this length replays in half a second. */
const CONTINUE_AS_NEW_EVENTS = 2_500;

/**
 * Many runs through a sliding window. Each is a workflow of its own that outlives this one; here they are started,
 * awaited, counted, and on a cancel told to stop. All decisions are Batch's.
 */
export async function runBatch(input: RunBatchInput): Promise<RunBatchResult> {
  const batch = new Batch(input.total, input.maxConcurrentRuns, input.carried);
  const record = ownRecorder({ ...input, runId: input.batchId, progressSeq: input.carried?.progressSeq });
  if (!input.carried) await uncancelled(() => record({ status: 'running', events: [{ type: 'run-started' }] }));
  const members = new BatchMembers(input);
  const runs = new CancellationScope({ cancellable: true });
  const step = () => {
    if (historyIsLong(input)) batch.drain();
    for (const position of batch.start()) {
      void runs
        .run(() => members.run(position))
        .then((status) => batch.end(position, status))
        .finally(step);
    }
    setCurrentDetails(`${batch.endedCount} of ${batch.total} runs ended, ${batch.runningCount} under way`);
  };

  step();
  await driveToEnd(batch, runs);
  if (!batch.isOver) {
    // A cancel request is not carried over by continue-as-new: one that came while the batch drained is obeyed here.
    if (!CancellationScope.current().consideredCancelled)
      return await continueAsNew<typeof runBatch>({
        ...input,
        carried: { ...batch.carry(), progressSeq: record.seq() },
      });
    batch.cancel();
  }
  return await uncancelled(() => finish(input, batch, record));
}

/** Returns when the batch is over, or drained. A cancel request stops what runs and is not an error. */
async function driveToEnd(batch: Batch, runs: CancellationScope): Promise<void> {
  const idle = () => batch.isOver || batch.isDrained;
  try {
    await condition(idle);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    batch.cancel();
    runs.cancel();
    await uncancelled(() => condition(idle));
  }
}

/** With the end of its row, the rows of those that never started end too. */
async function finish(input: RunBatchInput, batch: Batch, record: OwnRecorder): Promise<RunBatchResult> {
  const ending = batch.ending();
  await record({
    ...ending,
    events: [{ type: `run-${ending.status.replaceAll('_', '-')}`, data: { ...batch.counts } }],
  });
  showStatus(ending.status);
  return { ...ending, total: input.total, counts: batch.counts };
}

function uncancelled<T>(work: () => Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(work);
}

function historyIsLong({ continueAsNewAfterEvents }: RunBatchInput): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength >= (continueAsNewAfterEvents ?? CONTINUE_AS_NEW_EVENTS) || continueAsNewSuggested;
}
