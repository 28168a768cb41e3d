import type { BatchEnding, CarriedBatch, MemberCounts, MemberStatus } from '../domain/agents/batch';
import type { StartSpec } from './agent-run-start';

/** Names and types of a batch of runs that its starter, workflow, activities and tests share. */
export const RUN_BATCH = 'runBatch';
export const BATCH_KIND = 'batch';

export interface RunBatchInput {
  tenant: string;
  /** The runId of the batch's own row. */
  batchId: string;
  total: number;
  maxConcurrentRuns: number;
  taskQueuePrefix: string;
  /** Set by continue-as-new. */
  carried?: CarriedBatch & { progressSeq: number };
  /** Test hook: continue as new after this many history events instead of the default. */
  continueAsNewAfterEvents?: number;
}

export interface RunBatchResult extends BatchEnding {
  total: number;
  counts: MemberCounts;
}

/** One run of a batch, by its place in it. */
export interface MemberInput {
  tenant: string;
  batchId: string;
  position: number;
}

export type MemberStart =
  /** Cancelled by itself before its turn came, or ended under an earlier start. */
  { state: 'ended'; status: MemberStatus } | { state: 'ready'; runId: string; spec: StartSpec };

export interface BatchActivities {
  /** How the member is started; its plan is built here, where every other run's is. */
  loadMember(input: MemberInput): Promise<MemberStart>;
  /** Says that Temporal knows it. `stop`: somebody cancelled it meanwhile, so it must not go on spending. */
  markMember(input: MemberInput): Promise<{ stop: boolean }>;
  /** For one whose workflow ended without a result: its row says so from now on. */
  closeMember(input: MemberInput & { reasonCode: string; reason: string }): Promise<{ status: MemberStatus }>;
  /** For one that somebody else has started: waits for the end of its row. */
  awaitMember(input: MemberInput): Promise<{ status: MemberStatus }>;
}
