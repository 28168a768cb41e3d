import type { Budget, PartitionAgentRow, PartitionRow, Run } from '../../adapters/postgres';
import type { Settings } from '../../adapters/config/settings';
import type { PartitionedPage, PartitionedProgress, PartitionedView } from '../../contracts/api.schema';
import type { PartitionedStateView } from '../../contracts/partitioned-simulation';
import { type PartitionedParameters, partitionedParametersOf } from '../../contracts/partitioned-simulation-start';
import { linksOf } from './run-views';

/** A partitioned simulation as the wire shows it. Pure: no queries here. */
export function partitionedViewOf(run: Run, partitions: readonly PartitionRow[], settings: Settings): PartitionedView {
  const { partitions: facts, ticks, ...rest } = partitionedParametersOf(run.parameters);
  return {
    ...summaryOf(run),
    tick: commonTick(partitions),
    coordination: coordinationOf({ partitions: facts, ticks, ...rest }),
    partitions: partitions.map((partition, position) => ({
      ...{ name: facts[position]!.name, runId: partition.runId, status: partition.status },
      ...{ reasonCode: partition.reasonCode, reason: partition.reason, tick: partition.tick, hash: partition.hash },
      ...{ neighbours: facts[position]!.neighbours, requires: facts[position]!.requires ?? null },
      costMicroUsd: partition.costMicroUsd,
    })),
    costMicroUsd: sum(partitions, 'costMicroUsd'),
    workflowId: run.workflowId,
    links: partitionedLinksOf(run, settings),
  };
}

export function partitionedItemOf(run: Run): PartitionedPage['items'][number] {
  return { ...summaryOf(run), partitions: partitionedParametersOf(run.parameters).partitions.map(({ name }) => name) };
}

export function partitionedLinksOf({ runId, workflowId }: Pick<Run, 'runId' | 'workflowId'>, settings: Settings) {
  const self = `/partitioned-simulations/${runId}`;
  const { events, temporalUi } = linksOf(runId, workflowId, settings);
  return { self, progress: `${self}/progress`, events, temporalUi };
}

export interface ProgressParts {
  run: Run;
  partitions: readonly PartitionRow[];
  agents: readonly PartitionAgentRow[];
  budget: Budget | undefined;
  /** What the workflow says now; undefined: it is over, or does not answer. */
  now: PartitionedStateView | undefined;
}

export function progressOf({ run, partitions, agents, budget, now }: ProgressParts): PartitionedProgress {
  const { ticks, partitions: facts, maxConcurrentPartitions } = partitionedParametersOf(run.parameters);
  const tick = Math.max(commonTick(partitions), now?.tick ?? 0);
  const nameOf = (runId: string) => facts[partitions.findIndex((partition) => partition.runId === runId)]!.name;
  return {
    ...{ runId: run.runId, status: run.status },
    progress: {
      ...{ tick, ticks, percent: Math.floor((tick * 1_000) / ticks) / 10, pausedAt: iso(run.pausedAt) },
      partitions: partitions.map((partition, position) => {
        const live = now?.partitions[position];
        const reached = Math.max(partition.tick, live?.tick ?? 0);
        const { runId, status } = partition;
        const reason = live?.end?.reason ?? partition.reason;
        return { name: facts[position]!.name, runId, status, tick: reached, standing: live?.standing ?? null, reason };
      }),
    },
    resourceUtilization: {
      playing: playingOf(now?.partitions ?? []),
      playingMax: Math.min(maxConcurrentPartitions, facts.length),
      ...{ calls: sum(agents, 'calls'), inputTokens: sum(agents, 'inputTokens') },
      ...{ outputTokens: sum(agents, 'outputTokens'), costMicroUsd: sum(partitions, 'costMicroUsd') },
      costLimitMicroUsd: budget?.limitMicroUsd ?? 0,
      cpuMs: (now?.partitions ?? []).reduce((total, { done }) => total + (done?.cpuMs ?? 0), 0),
      runners: runnersOf(now, partitionedParametersOf(run.parameters)),
    },
    agents: agents.map(({ runId, agentId, status, reason, calls, costMicroUsd }) => ({
      ...{ partition: nameOf(runId), agentId, status, reason, calls, costMicroUsd },
    })),
  };
}

function runnersOf(now: PartitionedStateView | undefined, { partitionsPerRunner }: PartitionedParameters) {
  const live = (now?.partitions ?? []).filter(({ standing }) => standing !== 'over');
  return [...new Set(live.map(({ lane }) => lane))].map((taskQueue) => {
    const served = live.filter(({ lane }) => lane === taskQueue);
    const playingMax = Math.min(partitionsPerRunner, served.length);
    return { taskQueue, partitions: served.length, playing: playingOf(served), playingMax };
  });
}

function playingOf(partitions: readonly { standing: string }[]): number {
  return partitions.filter(({ standing }) => standing === 'playing').length;
}

/** Of those that count: a partition that failed holds nobody back. */
function commonTick(partitions: readonly PartitionRow[]): number {
  const counting = partitions.filter(({ status }) => status !== 'failed' && status !== 'cancelled');
  const ticks = (counting.length > 0 ? counting : partitions).map(({ tick }) => tick);
  return counting.length > 0 ? Math.min(...ticks) : Math.max(0, ...ticks);
}

function summaryOf(run: Run) {
  const { runId, name, status, reasonCode, reason, parameters, createdAt, startedAt, completedAt, pausedAt } = run;
  return {
    ...{ runId, name, status, reasonCode, reason, ticks: partitionedParametersOf(parameters).ticks },
    ...{ createdAt: createdAt.toISOString(), startedAt: iso(startedAt), completedAt: iso(completedAt) },
    pausedAt: iso(pausedAt),
  };
}

function coordinationOf(parameters: PartitionedParameters): PartitionedView['coordination'] {
  const { barrierEvery, ackTimeoutSeconds, heartbeatSeconds, missedHeartbeatsMax } = parameters;
  const { maxConcurrentPartitions, partitionsPerRunner } = parameters;
  return {
    ...{ barrierEvery, ackTimeoutSeconds, heartbeatSeconds, missedHeartbeatsMax },
    ...{ maxConcurrentPartitions, partitionsPerRunner },
  };
}

function sum<K extends string>(rows: readonly Record<K, number>[], field: K): number {
  return rows.reduce((total, row) => total + row[field], 0);
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
