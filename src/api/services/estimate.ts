import { earlierRuns, getRunNodes } from '../../adapters/postgres';
import { readReferences } from '../../adapters/templates';
import { AGENT_RUN_KIND } from '../../contracts/agent-run';
import type { EstimateRequest, EstimateView, RunEstimateView } from '../../contracts/api.schema';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { forecastGraph, type AgentForecast, type GraphForecast } from '../../domain/agents/forecast/forecast-graph';
import type { Spread } from '../../domain/agents/forecast/spread';
import { missingInputs } from '../../domain/agents/missing-inputs';
import { withParameters } from '../../domain/agents/run-parameters';
import { present } from '../../domain/kernel/assert';
import { usdToMicro } from '../../domain/kernel/money';
import { invalidRequest } from '../http/validate';
import type { RequestContext } from '../route';
import { forecastFacts } from './forecast-facts';
import { namedGraph, requireGraph } from './graphs';
import { requireAgentRun } from './require-run';

/** Old runs say little of a prompt that is worked on. */
const EARLIER_RUNS = 20;

/**
 * What a run of the graph would cost; nothing is stored or reserved.
 *
 * @throws LonghaulError InvalidGraph, NotFound for an unknown graph, InvalidRequest for inputs that nobody brings
 */
export async function estimateGraph(context: RequestContext, request: EstimateRequest): Promise<EstimateView> {
  const { graph: stored, version } = await wantedGraph(context, request);
  const graph = withParameters(stored, request);
  const missing = missingInputs(graph, readReferences);
  if (missing.length > 0) throw invalidRequest(`Estimate of graph "${graph.name}"`, missing);
  const { agents, total } = await forecast(context, graph);
  const budgetMicroUsd = usdToMicro(graph.costBudgetUsd);
  return {
    ...{ graph: graph.name, version, ...costsOf(total), budgetMicroUsd },
    worstCaseExceedsBudget: total.worstCase > budgetMicroUsd,
    unpricedAgents: agents.filter(({ basis }) => basis === 'unpriced').length,
    agents: agents.map(agentView),
  };
}

/**
 * What would have been said before the run began, from what was completed until then, beside what it has cost.
 *
 * @throws LonghaulError NotFound
 */
export async function estimateOfRun(context: RequestContext, runId: string): Promise<RunEstimateView> {
  const { deps, tenant } = context;
  const run = await requireAgentRun(deps.pool, tenant, runId);
  const { definition } = await namedGraph(deps.pool, tenant, {
    name: run.name,
    version: present(run.graphVersion, `Run ${runId} has no graph`),
  });
  const { agents, total } = await forecast(
    context,
    withParameters(definition as AgentGraph, run.parameters),
    run.createdAt,
  );
  const nodes = await getRunNodes(deps.pool, tenant, runId);
  const actual = new Map(nodes.map(({ name, costMicroUsd }) => [name, costMicroUsd]));
  return {
    ...{ runId, status: run.status, ...costsOf(total), actualMicroUsd: run.costMicroUsd },
    actualToExpected: total.expected === 0 ? null : run.costMicroUsd / total.expected,
    withinWorstCase: run.costMicroUsd <= total.worstCase,
    agents: agents.map((agent) => ({ ...agentView(agent), actualMicroUsd: actual.get(agent.agent) ?? 0 })),
  };
}

async function wantedGraph(
  { deps, tenant }: RequestContext,
  { graph, definition }: EstimateRequest,
): Promise<{ graph: AgentGraph; version: number | null }> {
  if (graph === undefined) return { graph: requireGraph(definition, deps.tools).graph, version: null };
  const stored = await namedGraph(deps.pool, tenant, typeof graph === 'string' ? { name: graph } : graph);
  return { graph: stored.definition as AgentGraph, version: stored.version };
}

async function forecast({ deps, tenant }: RequestContext, graph: AgentGraph, before?: Date): Promise<GraphForecast> {
  const query = { tenant, kind: AGENT_RUN_KIND, name: graph.name, before, limit: EARLIER_RUNS };
  const means = await earlierRuns(deps.pool, query);
  const earlier = new Map(means.map(({ agent, ...mean }) => [agent, mean]));
  return forecastGraph(graph, await forecastFacts(deps, graph), earlier);
}

function agentView({ cost, ...agent }: AgentForecast): EstimateView['agents'][number] {
  return { ...agent, ...costsOf(cost) };
}

function costsOf({ low, expected, worstCase }: Spread) {
  return { lowMicroUsd: low, expectedMicroUsd: expected, worstCaseMicroUsd: worstCase };
}
