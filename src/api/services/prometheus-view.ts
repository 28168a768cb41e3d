import type { SystemStatus } from '../../contracts/api.schema';
import type { MetricFamily } from '../../domain/telemetry/exposition';
import type { MetricSample } from '../../domain/telemetry/metric-log';

/** The system status and what was recorded, in Prometheus' names and units: seconds, dollars, totals that only grow. */
export function prometheusFamilies(status: SystemStatus, recorded: readonly MetricSample[]): MetricFamily[] {
  const { runs, agents, api, uptimeSeconds } = status.monitoring;
  const { costs, failures, rateLimiting, shared, cassettes } = status;
  return [
    gauge('longhaul_uptime_seconds', 'Since this process began.', uptimeSeconds),
    counter('longhaul_runs_started_total', 'Runs that were started.', runs.started),
    {
      ...{ name: 'longhaul_runs_finished_total', help: 'Runs that ended, by status.', type: 'counter' },
      samples: [
        { labels: { status: 'completed' }, value: runs.completed },
        { labels: { status: 'partially_completed' }, value: runs.partiallyCompleted },
        { labels: { status: 'failed' }, value: runs.failed },
        { labels: { status: 'cancelled' }, value: runs.cancelled },
      ],
    },
    gauge('longhaul_runs_active', 'Runs under way.', runs.active),
    counter('longhaul_agents_executed_total', 'Agents that ended.', agents.executed),
    counter('longhaul_agents_failed_total', 'Agents that failed.', agents.failed),
    gauge('longhaul_agents_active', 'Agents under way.', agents.active),
    counter('longhaul_llm_calls_total', 'Model calls that were settled.', api.calls),
    {
      ...{ name: 'longhaul_llm_tokens_total', help: 'Tokens of settled calls.', type: 'counter' },
      samples: [
        { labels: { direction: 'input' }, value: costs.inputTokens },
        { labels: { direction: 'output' }, value: costs.outputTokens },
      ],
    },
    counter('longhaul_llm_cost_dollars_total', 'Known spend.', dollars(costs.settledMicroUsd)),
    {
      ...{ name: 'longhaul_llm_held_dollars', help: 'Held for calls under way or of unknown end.', type: 'gauge' },
      samples: [
        { labels: { state: 'reserved' }, value: dollars(costs.reservedMicroUsd) },
        { labels: { state: 'unknown' }, value: dollars(costs.unknownMicroUsd) },
      ],
    },
    gauge('longhaul_llm_calls_in_flight', 'Calls that were sent and not answered yet.', rateLimiting.inFlight),
    {
      ...{ name: 'longhaul_agents_waiting', help: 'Agents that wait, by what for.', type: 'gauge' },
      samples: [
        { labels: { for: 'limit' }, value: rateLimiting.waitingForLimit },
        { labels: { for: 'budget' }, value: rateLimiting.waitingForBudget },
      ],
    },
    {
      ...{ name: 'longhaul_llm_failed_attempts_total', help: 'Failed attempts, by class.', type: 'counter' },
      samples: failures.byClass.map(({ failureClass, count }) => ({ labels: { class: failureClass }, value: count })),
    },
    counter('longhaul_llm_retries_total', 'Attempts after the first of their call.', failures.retries),
    counter('longhaul_llm_shared_calls_total', 'Calls answered by an equal one of their batch.', shared.calls),
    counter('longhaul_cassette_hits_total', 'Calls that a cassette answered.', cassettes.hits),
    gauge('longhaul_open_breakers', 'Models whose calls pause.', status.breakers.length),
    {
      ...{ name: 'longhaul_recorded', help: 'The newest value of each recorded series.', type: 'gauge' },
      samples: recorded.map(({ name, tags, value }) => ({ labels: { metric: name, ...tagLabels(tags) }, value })),
    },
  ];
}

/** A tag may have any name, also one that is taken. */
function tagLabels(tags: MetricSample['tags']): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([tag, value]) => [`tag_${tag}`, value]));
}

function gauge(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'gauge', samples: [{ value }] };
}

function counter(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: 'counter', samples: [{ value }] };
}

function dollars(microUsd: number): number {
  return microUsd / 1_000_000;
}
