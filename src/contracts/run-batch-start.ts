import type { StartSpec } from './agent-run-start';
import { BATCH_KIND, RUN_BATCH, type RunBatchInput } from './run-batch';
import { taskQueue } from './task-queues';
import { workflowId } from './workflow-ids';

/** Stored with the batch's row, so that whoever starts it later starts the same. */
export interface BatchParameters {
  total: number;
  maxConcurrentRuns: number;
}

/** What was stored was made by `acceptBatch`. */
export function batchParametersOf(stored: Record<string, unknown>): BatchParameters {
  const { total, maxConcurrentRuns } = stored as unknown as BatchParameters;
  return { total, maxConcurrentRuns };
}

export interface BatchStart {
  tenant: string;
  batchId: string;
  name: string;
  parameters: BatchParameters;
  taskQueuePrefix: string;
}

/** A window of 50 members writes a few thousand events between two continuations; replaying them takes seconds. */
const TASK_TIMEOUT_MS = 5_000;

export function runBatchStart({ tenant, batchId, name, parameters, taskQueuePrefix }: BatchStart): StartSpec {
  const { total, maxConcurrentRuns } = parameters;
  const input: RunBatchInput = { tenant, batchId, total, maxConcurrentRuns, taskQueuePrefix };
  return {
    workflowType: RUN_BATCH,
    workflowId: workflowId(BATCH_KIND, tenant, name, batchId),
    taskQueue: taskQueue('workflows', taskQueuePrefix),
    args: [input],
    workflowTaskTimeoutMs: TASK_TIMEOUT_MS,
    searchAttributes: { LonghaulKind: BATCH_KIND, LonghaulStatus: 'running', LonghaulTenant: tenant },
    staticSummary: `${name} · ${total} runs`,
    staticDetails: `Batch **${name}**, \`${batchId}\`. Its runs: \`longhaul batch show ${batchId}\`.`,
  };
}
