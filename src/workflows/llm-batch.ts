import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  BATCH_CHANGED_SIGNAL,
  type BatchChanged,
  type LlmBatchActivities,
  type LlmBatchInput,
} from '../contracts/llm-batch';
import { taskQueue } from '../contracts/task-queues';
import { BatchLane, type BatchStep, type LaneBatch } from '../domain/llm/batch-lane';

/** As for agent runs: a history of this length replays in half a second. A batch of a day is looked at some 300 times. */
const CONTINUE_AS_NEW_EVENTS = 2_500;

/** Money hangs on every step, so that none is given up; the activity ends by itself when it is done. */
const RETRY = { initialInterval: '1 second', maximumInterval: '1 minute' } as const;

const batchChanged = defineSignal<[BatchChanged]>(BATCH_CHANGED_SIGNAL);

/**
 * The batches of one lane, each taken through its steps beside the others, until there is none. Started with its first
 * signal, and again with the next one after its end. All decisions are BatchLane's.
 */
export async function llmBatch(input: LlmBatchInput): Promise<void> {
  const lane = new BatchLane(input.policy, input.carried);
  setHandler(batchChanged, ({ batchId, isFull }) => lane.tell(batchId, isFull, Date.now()));
  await condition(() => !lane.isIdle);
  const failures: unknown[] = [];
  let tending = 0;
  const tendFresh = () => {
    for (const batch of lane.takeFresh()) {
      tending += 1;
      void tend(input, lane, batch)
        .catch((error: unknown) => failures.push(error))
        .finally(() => (tending -= 1));
    }
    setCurrentDetails(`${lane.size} batches`);
  };
  const isDrained = () => lane.isDraining && tending === 0;
  while (!lane.isIdle) {
    tendFresh();
    await condition(() => failures.length > 0 || (lane.hasFresh && !lane.isDraining) || lane.isIdle || isDrained());
    if (failures.length > 0) throw failures[0]; // cancelled from outside: the lane is started anew when it was silent for long
    if (isDrained() && !lane.isIdle) return await continueAsNew<typeof llmBatch>({ ...input, carried: lane.carry() });
  }
}

/** Ends when the batch is over, or between two steps when the lane drains. */
async function tend(input: LlmBatchInput, lane: BatchLane, batch: LaneBatch): Promise<void> {
  for (;;) {
    if (historyIsLong(input)) lane.drain();
    if (lane.isDraining) return;
    const step = batch.next(Date.now());
    if (step.do === 'end') return lane.drop(batch);
    await take(input, lane, batch, step);
  }
}

async function take(input: LlmBatchInput, lane: BatchLane, batch: LaneBatch, step: BatchStep): Promise<void> {
  const ref = { tenant: input.tenant, batchId: batch.batchId };
  const activities = activitiesOf(input, batch, step);
  switch (step.do) {
    case 'rest': {
      const { phase } = batch;
      await condition(() => lane.isDraining || batch.phase !== phase, step.forMs);
      return;
    }
    case 'close':
      return batch.closed((await activities.closeBatch(ref)).items);
    case 'submit':
      return batch.submitted((await activities.submitBatch(ref)).outcome === 'refused', Date.now());
    case 'look':
      return batch.looked((await activities.lookAtBatch(ref)).state === 'ended', Date.now());
    case 'collect':
      await activities.collectBatch(ref);
      return batch.collected();
    case 'end':
      return;
  }
}

function activitiesOf({ taskQueuePrefix }: LlmBatchInput, { batchId }: LaneBatch, step: BatchStep): LlmBatchActivities {
  return proxyActivities<LlmBatchActivities>({
    taskQueue: taskQueue('llm', taskQueuePrefix),
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '10 seconds',
    retry: RETRY,
    summary: `${step.do} ${batchId.slice(0, 8)}`,
  });
}

function historyIsLong({ continueAsNewAfterEvents }: LlmBatchInput): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength >= (continueAsNewAfterEvents ?? CONTINUE_AS_NEW_EVENTS) || continueAsNewSuggested;
}
