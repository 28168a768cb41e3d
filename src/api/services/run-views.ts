import type {
  Attempt,
  Budget,
  Run,
  RunEvent,
  RunNode,
  RunStatistics,
  Span,
  StoredGraph,
} from '../../adapters/postgres';
import type { Settings } from '../../adapters/config/settings';
import type {
  AgentRow,
  Attempt as AttemptView,
  RunBudget,
  RunEvent as RunEventView,
  RunGraph,
  RunLinks,
  RunStatistics as RunStatisticsView,
  RunSummary,
  Span as SpanView,
} from '../../contracts/api.schema';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { isEstimated } from '../../domain/llm/per-thousand-price';
import { executionLevels } from '../../domain/agents/levels';

/** Rows of the read model as the wire shows them. Pure: no queries here. */
export function linksOf(runId: string, workflowId: string, { temporal }: Settings): RunLinks {
  const self = `/runs/${runId}`;
  const ui = temporal.uiUrl.replace(/\/$/, '');
  const temporalUi = `${ui}/namespaces/${encodeURIComponent(temporal.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
  return { self, events: `${self}/events`, graph: `${self}/graph`, result: `${self}/result`, temporalUi };
}

const CORE_FIELDS = [
  'runId',
  'kind',
  'name',
  'status',
  'launch',
  'batchId',
  'reasonCode',
  'reason',
  'workflowId',
  'graphVersion',
  'parentRunId',
] as const;

export function coreOf(run: Run) {
  return {
    ...pick(run, CORE_FIELDS),
    createdAt: run.createdAt.toISOString(),
    startedAt: iso(run.startedAt),
    completedAt: iso(run.completedAt),
    pausedAt: iso(run.pausedAt),
  };
}

export function summaryOf(run: Run): RunSummary {
  return { ...coreOf(run), ...pick(run, ['totalAgents', 'completedAgents', 'costMicroUsd']) };
}

export function agentRowOf({ position: _position, originRunId: _origin, ...node }: RunNode): AgentRow {
  return {
    ...node,
    waitingSince: iso(node.waitingSince),
    nextTryAt: iso(node.nextTryAt),
    startedAt: iso(node.startedAt),
    completedAt: iso(node.completedAt),
  };
}

const COUNTS = [
  'completed',
  'failed',
  'running',
  'pending',
  'cancelled',
  'rateLimited',
  'budgetExceeded',
  'waitingForPeople',
  'cassetteHits',
  'cassetteMisses',
  'inputTokens',
  'outputTokens',
] as const;

export function statisticsOf(counts: RunStatistics): RunStatisticsView {
  return {
    ...pick(counts, COUNTS),
    totalAgents: counts.total,
    totalCalls: counts.calls,
    totalTokens: counts.inputTokens + counts.outputTokens,
    totalCostMicroUsd: counts.costMicroUsd,
  };
}

export function budgetOf(budget: Budget): RunBudget {
  const { limitMicroUsd, settledMicroUsd, reservedMicroUsd, unknownMicroUsd, overrunMicroUsd } = budget;
  const remainingMicroUsd = limitMicroUsd - settledMicroUsd - reservedMicroUsd - unknownMicroUsd;
  return { limitMicroUsd, settledMicroUsd, reservedMicroUsd, unknownMicroUsd, overrunMicroUsd, remainingMicroUsd };
}

export function eventOf({ seq, at, type, node, data }: RunEvent): RunEventView {
  return { seq, at: at.toISOString(), type, node, data };
}

/** Named one by one, so that a new column stays inside until somebody decides otherwise; the owner is nobody's business. */
const ATTEMPT_FIELDS = [
  'attemptKey',
  'callKey',
  'n',
  'node',
  'state',
  'provider',
  'model',
  'priceVersion',
  'estimateMicroUsd',
  'actualMicroUsd',
  'inputTokens',
  'outputTokens',
  'providerRequestId',
  'failureClass',
  'failure',
  'late',
] as const;

export function attemptOf(attempt: Attempt): AttemptView {
  const { reservedAt, sentAt, closedAt } = attempt;
  const times = { reservedAt: reservedAt.toISOString(), sentAt: iso(sentAt), closedAt: iso(closedAt) };
  return { ...pick(attempt, ATTEMPT_FIELDS), estimated: isEstimated(attempt.priceVersion), ...times };
}

export function spanOf({ kind, key, node, state, what, startedAt, sentAt, endedAt }: Span): SpanView {
  return {
    kind,
    key,
    node,
    state,
    what,
    startedAt: startedAt.toISOString(),
    sentAt: iso(sentAt),
    endedAt: iso(endedAt),
  };
}

/** Nodes with their state, and the arrows of the definition. */
export function drawingOf(run: Run, nodes: readonly RunNode[], graph: StoredGraph | undefined): RunGraph {
  const agents = (graph?.definition as AgentGraph | undefined)?.agents ?? [];
  const agentByName = new Map(agents.map((agent) => [agent.name, agent]));
  const levels = levelByName(agents);
  return {
    runId: run.runId,
    status: run.status,
    nodes: nodes.map((node) => {
      const agent = agentByName.get(node.name);
      return {
        ...pick(node, ['name', 'status', 'reasonCode', 'costMicroUsd']),
        module: agent?.module ?? null,
        description: agent?.description ?? null,
        priority: agent?.priority ?? null,
        level: levels.get(node.name) ?? 0,
        startedAt: iso(node.startedAt),
        completedAt: iso(node.completedAt),
      };
    }),
    edges: agents.flatMap((agent) => agent.dependencies.map((from) => ({ from, to: agent.name }))),
  };
}

function levelByName(agents: AgentGraph['agents']): Map<string, number> {
  const indexByName = new Map(agents.map((agent, index) => [agent.name, index]));
  const levels = executionLevels(agents.map((agent) => agent.dependencies.map((name) => indexByName.get(name)!)));
  return new Map(levels.flatMap((members, level) => members.map((index) => [agents[index]!.name, level] as const)));
}

function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
