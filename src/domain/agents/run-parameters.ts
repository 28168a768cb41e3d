import type { CassetteUse } from '../llm/cassette';
import type { PriorityClass } from '../llm/fair-queue';
import type { AgentGraph } from './agent-graph';

/** What a start may set for its run; stored with the run, so that whoever starts it later starts the same. */
export interface RunParameters {
  inputs?: Record<string, unknown>;
  costBudgetUsd?: number;
  maxParallelAgents?: number;
  timeoutSeconds?: number;
  /** Not a part of the graph: absent, calls are paid and nothing is recorded. */
  cassette?: CassetteUse;
  /** Whose model calls go first; absent: interactive. */
  priorityClass?: PriorityClass;
}

/** The graph as this run executes it: its inputs over the graph's, its limits in place of the graph's. */
export function withParameters(graph: AgentGraph, parameters: RunParameters): AgentGraph {
  return {
    ...graph,
    inputs: { ...graph.inputs, ...parameters.inputs },
    costBudgetUsd: parameters.costBudgetUsd ?? graph.costBudgetUsd,
    maxParallelAgents: parameters.maxParallelAgents ?? graph.maxParallelAgents,
    timeoutSeconds: parameters.timeoutSeconds ?? graph.timeoutSeconds,
  };
}
