import type { CarriedBatch, LanePolicy } from '../domain/llm/batch-lane';

/** Names and types of a batch lane that its starter, workflow, activities and tests share. */
export const LLM_BATCH = 'llmBatch';
export const LLM_BATCH_KIND = 'llm-batch';

/** Whose batches one workflow tends: those of one tenant for one model of one provider. */
export interface LaneId {
  tenant: string;
  provider: string;
  model: string;
}

export interface LlmBatchInput extends LaneId {
  policy: LanePolicy;
  taskQueuePrefix: string;
  /** Set by continue-as-new. */
  carried?: CarriedBatch[];
  /** Test hook: continue as new after this many history events instead of the default. */
  continueAsNewAfterEvents?: number;
}

/** A batch was opened, or takes no more. Saying it again changes nothing. */
export const BATCH_CHANGED_SIGNAL = 'batchChanged';

export interface BatchChanged {
  batchId: string;
  isFull: boolean;
}

/** One batch, as every activity needs it. */
export interface BatchInput {
  tenant: string;
  batchId: string;
}

/** The steps of a batch, in their order. Each may be done again, by any worker. */
export interface LlmBatchActivities {
  closeBatch(batch: BatchInput): Promise<{ items: number }>;
  submitBatch(batch: BatchInput): Promise<{ outcome: 'submitted' | 'refused' }>;
  lookAtBatch(batch: BatchInput): Promise<{ state: 'working' | 'ended' }>;
  collectBatch(batch: BatchInput): Promise<{ answered: number; failed: number; returned: number }>;
}
