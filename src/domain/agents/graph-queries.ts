import type { AgentGraph } from './agent-graph';
import { dependentsOf, topologicalOrder } from './levels';

/** Names of the agents that wait for `name` directly, in the order of definition. Empty for an unknown name. */
export function dependentAgents(graph: AgentGraph, name: string): string[] {
  return graph.agents.filter(({ dependencies }) => dependencies.includes(name)).map((agent) => agent.name);
}

/** Everything `name` needs, directly or through others, each before what needs it; `name` itself is not among them. */
export function dependencyChain(graph: AgentGraph, name: string): string[] {
  return reachable(graph, name, dependencyIndices(graph));
}

/** Everything that cannot run when `name` fails, in an order in which it would have run. */
export function affectedAgents(graph: AgentGraph, name: string): string[] {
  return reachable(graph, name, dependentsOf(dependencyIndices(graph)));
}

/** For each agent the indices of the agents it depends on. The graph must have passed validation. */
export function dependencyIndices(graph: AgentGraph): number[][] {
  const indexByName = new Map(graph.agents.map((agent, index) => [agent.name, index]));
  return graph.agents.map(({ dependencies }) => dependencies.map((name) => indexByName.get(name)!));
}

function reachable(graph: AgentGraph, name: string, next: readonly (readonly number[])[]): string[] {
  const start = graph.agents.findIndex((agent) => agent.name === name);
  if (start === -1) return [];
  const found = new Set<number>([start]);
  for (const index of found) next[index]!.forEach((reached) => found.add(reached)); // a Set takes what is added while it is walked
  found.delete(start);
  return topologicalOrder(dependencyIndices(graph))
    .filter((index) => found.has(index))
    .map((index) => graph.agents[index]!.name);
}
