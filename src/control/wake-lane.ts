import { markBatchTold, type LlmBatch } from '../adapters/postgres';
import { signalWithStart } from '../adapters/temporal';
import { BATCH_CHANGED_SIGNAL, type BatchChanged } from '../contracts/llm-batch';
import { llmBatchStart } from '../contracts/llm-batch-start';
import type { LanePolicy } from '../domain/llm/batch-lane';
import type { LaunchDeps } from './launch-run';

export interface WakeDeps extends LaunchDeps {
  lanePolicy: LanePolicy;
}

/**
 * Tells a lane's workflow of a batch; one that is not there is started. The row is the truth, and saying it twice is
 * saying it once.
 *
 * @throws when Temporal does not answer; the lane is told again
 */
export async function wakeLane(
  { pool, temporal, taskQueuePrefix, lanePolicy }: WakeDeps,
  batch: LlmBatch,
): Promise<void> {
  const arg: BatchChanged = { batchId: batch.batchId, isFull: batch.state !== 'open' };
  const start = llmBatchStart(batch, lanePolicy, taskQueuePrefix);
  await signalWithStart(temporal, { ...start, signal: BATCH_CHANGED_SIGNAL, signalArg: arg });
  await markBatchTold(pool, batch);
}
