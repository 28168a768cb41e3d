import { sha256Hex } from '../domain/kernel/hash';
import type { LanePolicy } from '../domain/llm/batch-lane';
import { LLM_BATCH, LLM_BATCH_KIND, type LaneId, type LlmBatchInput } from './llm-batch';
import { taskQueue } from './task-queues';
import { workflowId } from './workflow-ids';

/** As for a run: a killed worker's task comes back soon. */
const TASK_TIMEOUT_MS = 1_000;
const DIGITS = 16;

/** Two models may look alike in the readable part of an id, so that the lane's digest ends it. */
export function laneWorkflowId({ tenant, provider, model }: LaneId): string {
  const digest = sha256Hex(JSON.stringify([tenant, provider, model])).slice(0, DIGITS);
  return workflowId(LLM_BATCH_KIND, tenant, `${provider}-${model}`, digest);
}

/** All that Temporal needs to know to start a lane, or to tell one that is there. */
export function llmBatchStart(lane: LaneId, policy: LanePolicy, taskQueuePrefix: string) {
  const { tenant, provider, model } = lane;
  const input: LlmBatchInput = { tenant, provider, model, policy, taskQueuePrefix };
  return {
    workflowType: LLM_BATCH,
    workflowId: laneWorkflowId(lane),
    taskQueue: taskQueue('workflows', taskQueuePrefix),
    args: [input],
    workflowTaskTimeoutMs: TASK_TIMEOUT_MS,
    searchAttributes: { LonghaulKind: LLM_BATCH_KIND, LonghaulStatus: 'running', LonghaulTenant: tenant },
    staticSummary: `batches of ${model} at ${provider}`,
    staticDetails: `Calls of agents with \`delivery: batch\` for **${model}** at **${provider}**. Its batches are in the table \`llm_batch\`.`,
  };
}
