import type { Run } from '../../adapters/postgres';
import type { Settings } from '../../adapters/config/settings';
import type { BatchStatistics, BatchView } from '../../contracts/api.schema';
import { batchParametersOf } from '../../contracts/run-batch-start';
import type { RunStatus } from '../../domain/agents/run-state';
import { assert } from '../../domain/kernel/assert';
import { coreOf, linksOf, summaryOf } from './run-views';

/** A batch and its runs as the wire shows them. Pure: no queries here. */
export function batchViewOf(batch: Run, members: readonly Run[], settings: Settings): BatchView {
  const { runId: batchId, launch } = batch;
  assert(launch !== 'held', `batch ${batchId} is held, but it is no run of a batch`);
  const { name, status, reasonCode, reason, createdAt, startedAt, completedAt } = coreOf(batch);
  return {
    ...{ batchId, name, status, launch, reasonCode, reason, createdAt, startedAt, completedAt },
    maxConcurrentRuns: batchParametersOf(batch.parameters).maxConcurrentRuns,
    statistics: batchStatisticsOf(members),
    runs: members.map(summaryOf),
    links: batchLinksOf(batch, settings),
  };
}

export function batchLinksOf({ runId, workflowId }: Pick<Run, 'runId' | 'workflowId'>, settings: Settings) {
  return { self: `/batches/${runId}`, temporalUi: linksOf(runId, workflowId, settings).temporalUi };
}

function batchStatisticsOf(members: readonly Run[]): BatchStatistics {
  const count = (status: RunStatus) => members.filter((run) => run.status === status).length;
  const sum = (field: 'totalAgents' | 'completedAgents' | 'costMicroUsd') =>
    members.reduce((total, run) => total + run[field], 0);
  return {
    total: members.length,
    ...{ pending: count('pending'), running: count('running'), completed: count('completed') },
    ...{ partiallyCompleted: count('partially_completed'), failed: count('failed'), cancelled: count('cancelled') },
    ...{ totalAgents: sum('totalAgents'), completedAgents: sum('completedAgents') },
    totalCostMicroUsd: sum('costMicroUsd'),
  };
}
