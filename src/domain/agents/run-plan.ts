import type { Agent, AgentGraph, AgentKind } from './agent-graph';
import { isPureTool } from '../tools/built-in';

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
  /** Absent: `llm`. What is usual is left out, because a plan of 5,000 nodes has 512 KiB. */
  kind?: Exclude<AgentKind, 'llm'>;
  /** A person has to agree before it begins. */
  approvesStart?: true;
  /** Absent: the agent has no tools. */
  maxToolRounds?: number;
  /** `fast`: it costs nothing and takes no time worth an activity. Absent: an activity. */
  lane?: 'fast';
  /** Completed in an earlier run whose outputs were copied: it does not run. */
  reused?: true;
  /** Its calls keep the keys of this earlier run, so that what was stored there is used. */
  originRunId?: string;
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
      ...unusualParts(agent),
    })),
    maxParallelAgents: graph.maxParallelAgents,
    timeoutSeconds: graph.timeoutSeconds,
    allowPartialCompletion: graph.allowPartialCompletion,
  };
}

function unusualParts(agent: Agent): Partial<PlanNode> {
  return {
    ...(agent.approval?.for === 'start' ? { approvesStart: true } : {}),
    ...(agent.kind === 'llm' ? {} : { kind: agent.kind }),
    ...(agent.kind === 'llm' && agent.tools.length > 0 ? { maxToolRounds: agent.maxToolRounds } : {}),
    ...(agent.kind === 'script' && isPureTool(agent.script.tool) ? { lane: 'fast' } : {}),
  };
}
