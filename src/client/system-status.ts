import type { SystemStatus as Wire } from '../contracts/api.schema';
import { microToUsd } from '../domain/kernel/money';

/** The numbers of one moment, under the names of the orchestration engine's monitor. */
export interface Metrics {
  uptimeSeconds: number;
  workflowsStarted: number;
  workflowsCompleted: number;
  workflowsFailed: number;
  activeWorkflows: number;
  agentsExecuted: number;
  agentsFailed: number;
  activeAgents: number;
  totalApiCalls: number;
  totalTokens: number;
  /** US dollars. */
  totalCost: number;
  /** Seconds; null before the first. */
  avgAgentExecutionTime: number | null;
  eventsRecorded: number;
}

export interface Summary {
  workflows: { started: number; completed: number; failed: number; successRate: number | null };
  agents: { executed: number; failed: number; failureRate: number | null; avgExecutionTime: number | null };
  api: { calls: number; tokens: number; cost: number };
  uptimeSeconds: number;
}

export interface SystemStatus {
  engine: { running: boolean; totalWorkflows: number };
  monitoring: Summary;
  rateLimiting: { totalRequests: number; requestsPerMinute: number; concurrentRequests: number; inFlight: number };
  /** US dollars. */
  costTracking: {
    totalCost: number;
    totalTokens: number;
    reserved: number;
    unknown: number;
    /** Of a paid request; null before the first. */
    averageCost: number | null;
    byModel: Record<string, number>;
    byAgent: Record<string, number>;
  };
  failureHandling: {
    totalFailures: number;
    totalRetries: number;
    permanentFailures: number;
    /** Per cent of all attempts. */
    retryRate: number | null;
  };
}

/** A workflow that completed in part did not complete; it counts with the failed ones, as it always has. */
export function metricsOf({ monitoring }: Wire): Metrics {
  const { runs, agents, api, uptimeSeconds, eventsRecorded } = monitoring;
  return {
    ...{ uptimeSeconds, eventsRecorded },
    ...{ workflowsStarted: runs.started, workflowsCompleted: runs.completed, activeWorkflows: runs.active },
    workflowsFailed: runs.failed + runs.partiallyCompleted,
    ...{ agentsExecuted: agents.executed, agentsFailed: agents.failed, activeAgents: agents.active },
    avgAgentExecutionTime: agents.averageExecutionSeconds,
    ...{ totalApiCalls: api.calls, totalTokens: api.tokens, totalCost: microToUsd(api.costMicroUsd) },
  };
}

export function summaryOf(status: Wire): Summary {
  const { runs, agents } = status.monitoring;
  const { workflowsStarted, workflowsCompleted, workflowsFailed, ...metrics } = metricsOf(status);
  return {
    workflows: {
      ...{ started: workflowsStarted, completed: workflowsCompleted, failed: workflowsFailed },
      successRate: runs.successRatePercent,
    },
    agents: {
      ...{ executed: agents.executed, failed: agents.failed, failureRate: agents.failureRatePercent },
      avgExecutionTime: agents.averageExecutionSeconds,
    },
    api: { calls: metrics.totalApiCalls, tokens: metrics.totalTokens, cost: metrics.totalCost },
    uptimeSeconds: metrics.uptimeSeconds,
  };
}

export function systemStatusOf(status: Wire, running: boolean): SystemStatus {
  const { engine, rateLimiting, costs, failures } = status;
  const { totalRequests, requestsPerMinute, concurrentRequests, inFlight } = rateLimiting;
  return {
    engine: { running, totalWorkflows: engine.totalRuns },
    monitoring: summaryOf(status),
    rateLimiting: { totalRequests, requestsPerMinute, concurrentRequests, inFlight },
    costTracking: {
      totalCost: microToUsd(costs.settledMicroUsd),
      totalTokens: costs.inputTokens + costs.outputTokens,
      reserved: microToUsd(costs.reservedMicroUsd),
      unknown: microToUsd(costs.unknownMicroUsd),
      averageCost: costs.averageMicroUsd === null ? null : microToUsd(costs.averageMicroUsd),
      byModel: dollarsByKey(costs.byModel),
      byAgent: dollarsByKey(costs.byAgent),
    },
    failureHandling: {
      totalFailures: failures.failedAttempts,
      totalRetries: failures.retries,
      permanentFailures: failures.permanentFailures,
      retryRate: failures.retryRatePercent,
    },
  };
}

function dollarsByKey(spent: Wire['costs']['byModel']): Record<string, number> {
  return Object.fromEntries(spent.map(({ key, costMicroUsd }) => [key, microToUsd(costMicroUsd)]));
}
