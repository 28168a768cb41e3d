import type { AgentGraph } from '../domain/agents/agent-graph';
import { withParameters, type RunParameters } from '../domain/agents/run-parameters';
import { laneOf, type NodeOrigin, type PlanNode, planOf, type RunPlan, withOrigins } from '../domain/agents/run-plan';
import { AGENT_RUN, AGENT_RUN_KIND, type AgentRunInput } from './agent-run';
import { taskQueue } from './task-queues';
import { workflowId } from './workflow-ids';

/** All that Temporal needs to know to start one workflow; built here so that the API and the sweeper start alike. */
export interface StartSpec {
  workflowType: string;
  workflowId: string;
  taskQueue: string;
  args: unknown[];
  workflowTaskTimeoutMs: number;
  searchAttributes: { LonghaulKind: string; LonghaulStatus: string; LonghaulTenant: string };
  staticSummary: string;
  staticDetails: string;
}

export interface AgentRunStart {
  tenant: string;
  runId: string;
  graphName: string;
  graphId: string;
  /** As stored; what the start changes comes with `parameters`. */
  graph: AgentGraph;
  parameters: RunParameters;
  /** What nodes have of an earlier run; those without an origin may be missing. */
  origins?: readonly NodeOrigin[];
  taskQueuePrefix: string;
}

/**
 * A short workflow task timeout makes a killed worker's task come back soon; a run that may pass 500 events needs the
 * time to replay them (4,085 events replay in 1.2 s).
 */
const SHORT_TASK_TIMEOUT_MS = 1_000;
const LONG_TASK_TIMEOUT_MS = 5_000;
const SHORT_EVENTS_MAX = 500;
/** A scheduled activity and its end, with the task between; a local one is a marker. */
const EVENTS_PER_NODE = 6;
const EVENTS_PER_FAST_NODE = 1;

export function agentRunStart({ graph, parameters, origins = [], ...run }: AgentRunStart): StartSpec {
  const plan = withOrigins(planOf(withParameters(graph, parameters), parameters.cassette?.mode), origins);
  const input: AgentRunInput = {
    tenant: run.tenant,
    runId: run.runId,
    graphName: run.graphName,
    graphId: run.graphId,
    plan,
    taskQueuePrefix: run.taskQueuePrefix,
    ...(parameters.priorityClass === undefined ? {} : { priorityClass: parameters.priorityClass }),
  };
  return {
    workflowType: AGENT_RUN,
    workflowId: workflowId(AGENT_RUN_KIND, run.tenant, run.graphName, run.runId),
    taskQueue: taskQueue('workflows', run.taskQueuePrefix),
    args: [input],
    workflowTaskTimeoutMs: eventsOf(plan) > SHORT_EVENTS_MAX ? LONG_TASK_TIMEOUT_MS : SHORT_TASK_TIMEOUT_MS,
    searchAttributes: { LonghaulKind: AGENT_RUN_KIND, LonghaulStatus: 'running', LonghaulTenant: run.tenant },
    staticSummary: `${run.graphName} · ${plan.nodes.length} agents`,
    staticDetails: `Agent graph **${run.graphName}**, run \`${run.runId}\`. Texts, costs and attempts: \`longhaul runs show ${run.runId}\`.`,
  };
}

function eventsOf(plan: RunPlan): number {
  const events = (node: PlanNode) => (laneOf(plan, node) === 'fast' ? EVENTS_PER_FAST_NODE : EVENTS_PER_NODE);
  return plan.nodes.reduce((sum, node) => sum + events(node), 0);
}
