import type { AgentGraph } from './agent-graph';

/** A graph's structure without templates: all that the workflow needs, small enough for its history (≤ 512 KiB). */
export interface RunPlan {
  nodes: PlanNode[];
  maxParallelAgents: number;
  timeoutSeconds: number;
  allowPartialCompletion: boolean;
}

export interface PlanNode {
  name: string;
  /** Indices into `nodes`. */
  dependencies: number[];
  priority: number;
  expectedSeconds: number;
  timeoutSeconds: number;
}

/** The graph must have passed validation: every dependency exists. */
export function planOf(graph: AgentGraph): RunPlan {
  const indexByName = new Map(graph.agents.map((agent, index) => [agent.name, index]));
  return {
    nodes: graph.agents.map((agent) => ({
      name: agent.name,
      dependencies: agent.dependencies.map((name) => indexByName.get(name)!),
      priority: agent.priority,
      expectedSeconds: agent.expectedSeconds,
      timeoutSeconds: agent.timeoutSeconds,
    })),
    maxParallelAgents: graph.maxParallelAgents,
    timeoutSeconds: graph.timeoutSeconds,
    allowPartialCompletion: graph.allowPartialCompletion,
  };
}
