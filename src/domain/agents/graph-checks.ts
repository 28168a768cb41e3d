import type { Problem } from '../kernel/errors';
import { Hints, listed } from '../kernel/suggest';
import { CYCLE_LIMITS, findCycles } from './cycles';
import type { AgentOutline } from './graph-outline';

/** Checks across agents, on whatever parts of a definition could be read. Each answers with all that it found. */
export function graphProblems(agents: readonly AgentOutline[]): Problem[] {
  const indexByName = firstIndexByName(agents);
  const hints = new Hints();
  return [
    ...duplicateNames(agents, indexByName),
    ...agents.flatMap((agent) => dependencyProblems(agent, indexByName, hints)),
    ...cycleProblems(agents, indexByName),
  ];
}

export function firstIndexByName(agents: readonly AgentOutline[]): ReadonlyMap<string, number> {
  const indexByName = new Map<string, number>();
  agents.forEach(({ name }, index) => {
    if (name !== undefined && !indexByName.has(name)) indexByName.set(name, index);
  });
  return indexByName;
}

function duplicateNames(agents: readonly AgentOutline[], indexByName: ReadonlyMap<string, number>): Problem[] {
  return agents.flatMap(({ name, path }, index) => {
    const first = name === undefined ? index : indexByName.get(name)!;
    if (first === index) return [];
    return [
      {
        path: `${path}.name`,
        message: `The name "${name}" is taken by ${agents[first]!.path}. Names are unique within a graph.`,
      },
    ];
  });
}

function dependencyProblems(agent: AgentOutline, indexByName: ReadonlyMap<string, number>, hints: Hints): Problem[] {
  const seen = new Set<string>();
  // Only for a message: for each of 5,000 agents in order it would be 25 million names.
  const hint = (name: string) => {
    const others = [...indexByName.keys()].filter((other) => other !== agent.name);
    return `Known agents: ${listed(others)}.${hints.for(name, others)}`;
  };
  const problemOf = (name: string): string | undefined => {
    const who = agent.name === undefined ? 'This agent' : `Agent "${agent.name}"`;
    if (name === agent.name) return `${who} depends on itself. Take it out of its own dependencies.`;
    if (seen.has(name)) return `${who} names "${name}" twice in its dependencies. Once is enough.`;
    if (indexByName.has(name)) return undefined;
    return `${who} depends on "${name}", which does not exist. ${hint(name)}`;
  };
  return agent.dependencies.flatMap((name, index) => {
    const message = name === undefined ? undefined : problemOf(name);
    seen.add(name ?? '');
    return message === undefined ? [] : [{ path: `${agent.path}.dependencies[${index}]`, message }];
  });
}

function cycleProblems(agents: readonly AgentOutline[], indexByName: ReadonlyMap<string, number>): Problem[] {
  const cycles = findCycles(agents.map((agent, index) => knownDependencies(agent, index, indexByName)));
  const problems = cycles.map((cycle) => cycleProblem(cycle, agents));
  if (cycles.length < CYCLE_LIMITS.cyclesMax) return problems;
  return [...problems, { path: 'agents', message: `${cycles.length} cycles are shown; there may be more.` }];
}

/** Edges to other agents of the graph, as indices. */
function knownDependencies(agent: AgentOutline, own: number, indexByName: ReadonlyMap<string, number>): number[] {
  const indices = agent.dependencies.flatMap((name) => (name === undefined ? [] : (indexByName.get(name) ?? [])));
  return [...new Set(indices)].filter((index) => index !== own);
}

function cycleProblem(cycle: number[], agents: readonly AgentOutline[]): Problem {
  const names = cycle.map((index) => agents[index]!.name!);
  const first = agents[cycle[0]!]!;
  const edge = first.dependencies.indexOf(names[1]);
  return {
    path: `${first.path}.dependencies[${edge}]`,
    message: `Dependency cycle: ${ring(names)} (read "→" as "depends on"). Take one of these dependencies out.`,
  };
}

/** A ring of a thousand names is shown by its two ends. */
function ring(names: readonly string[]): string {
  const shown =
    names.length <= 20 ? names : [...names.slice(0, 10), `… ${names.length - 15} more …`, ...names.slice(-5)];
  return [...shown, names[0]].join(' → ');
}
