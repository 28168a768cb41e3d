import type { StartSpec } from './agent-run-start';
import {
  type Coordination,
  PARTITIONED_KIND,
  PARTITIONED_SIMULATION,
  type PartitionedInput,
  type PartitionFacts,
} from './partitioned-simulation';
import { taskQueue } from './task-queues';
import { workflowId } from './workflow-ids';

/** Stored with the simulation's row, so that whoever starts it later starts the same. */
export interface PartitionedParameters extends Coordination {
  partitions: PartitionFacts[];
  ticks: number;
}

/** What was stored was made by `acceptPartitioned`. */
export function partitionedParametersOf(stored: Record<string, unknown>): PartitionedParameters {
  return stored as unknown as PartitionedParameters;
}

export interface PartitionedStart extends PartitionedParameters {
  tenant: string;
  runId: string;
  name: string;
  taskQueuePrefix: string;
}

/** A window writes a dozen events for each partition; 2,500 of them replay in half a second. */
const TASK_TIMEOUT_MS = 3_000;

export function partitionedStart(start: PartitionedStart): StartSpec {
  const { tenant, runId, name, taskQueuePrefix, partitions, ticks } = start;
  const { barrierEvery, ackTimeoutSeconds, heartbeatSeconds, missedHeartbeatsMax } = start;
  const { maxConcurrentPartitions, partitionsPerRunner } = start;
  const input: PartitionedInput = {
    ...{ tenant, runId, name, partitions, ticks, taskQueuePrefix },
    ...{ barrierEvery, ackTimeoutSeconds, heartbeatSeconds, missedHeartbeatsMax },
    ...{ maxConcurrentPartitions, partitionsPerRunner },
  };
  return {
    workflowType: PARTITIONED_SIMULATION,
    workflowId: workflowId(PARTITIONED_KIND, tenant, name, runId),
    taskQueue: taskQueue('simulations', taskQueuePrefix),
    args: [input],
    workflowTaskTimeoutMs: TASK_TIMEOUT_MS,
    searchAttributes: { LonghaulKind: PARTITIONED_KIND, LonghaulStatus: 'running', LonghaulTenant: tenant },
    staticSummary: `${name} · ${partitions.length} partitions, ${ticks} ticks`,
    staticDetails: `Partitioned simulation **${name}**, run \`${runId}\`. Its partitions: \`longhaul partitions show ${runId}\`.`,
  };
}
