import type { MonitorEvent, SystemStatus as Counted, Usage } from '../../adapters/postgres';
import type { MonitorEvent as MonitorEventView, SystemStatus } from '../../contracts/api.schema';
import type { ApiDeps } from '../deps';

const DEAREST = 10;
export const DEAREST_OF_DAYS = 30;

/** The counts of the book in the shape of the orchestration engine's system status. */
export function systemStatusView(
  counted: Counted,
  { settings, version, startedAtMs }: ApiDeps,
  nowMs: number,
): SystemStatus {
  const { runs, agents, attempts, costs } = counted;
  const status = (name: keyof typeof runs.byStatus) => runs.byStatus[name] ?? 0;
  return {
    engine: {
      running: true,
      version,
      tenant: settings.tenant,
      totalRuns: runs.total,
      openRuns: runs.total - runs.finished,
    },
    monitoring: {
      runs: {
        ...{
          started: runs.total - status('pending'),
          completed: status('completed'),
          partiallyCompleted: status('partially_completed'),
        },
        ...{ failed: status('failed'), cancelled: status('cancelled'), active: status('running') },
        successRatePercent: percent(runs.successRate),
        averageSeconds: seconds(runs.averageDurationMs),
      },
      agents: {
        executed: agents.completed + agents.failed,
        failed: agents.failed,
        active: agents.active,
        failureRatePercent: percent(share(agents.failed, agents.completed + agents.failed)),
        averageExecutionSeconds: seconds(agents.averageDurationMs),
      },
      api: {
        calls: attempts.settled ?? 0,
        tokens: costs.inputTokens + costs.outputTokens,
        costMicroUsd: costs.spentMicroUsd,
      },
      uptimeSeconds: (nowMs - startedAtMs) / 1000,
      eventsRecorded: runs.events,
      recentEvents: counted.recentEvents.map(monitorEventOf),
    },
    rateLimiting: {
      requestsPerMinute: settings.llm.requestsPerMinute,
      requestsPerHour: settings.llm.requestsPerHour,
      requestsPerDay: settings.llm.requestsPerDay,
      tokensPerMinute: settings.llm.tokensPerMinute,
      concurrentRequests: settings.llm.concurrentRequests,
      totalRequests: sentOnce(attempts),
      inFlight: attempts.sent ?? 0,
      ...{ waitingForLimit: counted.waiting.rateLimited, waitingForBudget: counted.waiting.budget },
    },
    costs: {
      ...{
        settledMicroUsd: costs.spentMicroUsd,
        reservedMicroUsd: costs.reservedMicroUsd,
        unknownMicroUsd: costs.unknownMicroUsd,
      },
      ...{ inputTokens: costs.inputTokens, outputTokens: costs.outputTokens },
      averageMicroUsd: share(costs.spentMicroUsd, attempts.settled ?? 0),
      dearestOfDays: DEAREST_OF_DAYS,
      ...{ byModel: dearest(costs.byModel), byAgent: dearest(costs.byAgent) },
    },
    shared: counted.shared,
    cassettes: counted.cassettes,
    breakers: counted.breakers.map(({ provider, model, kind, failures, detail, openedAt }) => ({
      ...{ provider, model, kind, failures, detail },
      openedAt: openedAt.toISOString(),
    })),
    failures: {
      failedAttempts: counted.failures.reduce((sum, { attempts: count }) => sum + count, 0),
      unknownAttempts: attempts.unknown ?? 0,
      retries: counted.retries,
      permanentFailures: agents.failed,
      retryRatePercent: percent(share(counted.retries, sentOnce(attempts))),
      byClass: counted.failures.map(({ failureClass, attempts: count }) => ({ failureClass, count })),
    },
  };
}

export function monitorEventOf({ at, ...event }: MonitorEvent): MonitorEventView {
  return { ...event, at: at.toISOString() };
}

function dearest(usages: readonly Usage[]) {
  return [...usages]
    .sort((a, b) => b.costMicroUsd - a.costMicroUsd)
    .slice(0, DEAREST)
    .map(({ key, calls, inputTokens, outputTokens, costMicroUsd }) => ({
      ...{ key, calls, tokens: inputTokens + outputTokens, costMicroUsd },
    }));
}

/** Reserved attempts were not sent yet; void ones mostly were (a failure proved unbilled). */
function sentOnce(attempts: Counted['attempts']): number {
  return (attempts.sent ?? 0) + (attempts.settled ?? 0) + (attempts.unknown ?? 0) + (attempts.void ?? 0);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function percent(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 100;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms) / 1000;
}
