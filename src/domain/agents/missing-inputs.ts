import type { Problem } from '../kernel/errors';
import type { AgentGraph } from './agent-graph';
import { templatesOf } from './agent-templates';
import type { ReadReferences } from './template-references';

/**
 * Inputs that templates read and neither graph nor run brings: known before the run starts, so it is refused instead of
 * failing in the middle. One problem per input, naming the agents that need it.
 */
export function missingInputs(graph: AgentGraph, read: ReadReferences): Problem[] {
  const readers = new Map<string, string[]>();
  for (const agent of graph.agents) {
    const names = templatesOf(agent).flatMap(({ text }) => read(text, agent.templateSyntax).names);
    for (const input of inputsNeeded(names)) {
      if (!Object.hasOwn(graph.inputs, input)) readers.set(input, [...(readers.get(input) ?? []), agent.name]);
    }
  }
  return [...readers].map(([input, agents]) => ({
    path: `inputs.${input}`,
    message: `Missing; the template of ${named(agents)} reads it.`,
  }));
}

/** A name that is tested anywhere in the template (`is defined`, `default(…)`) may be absent. */
function inputsNeeded(names: ReturnType<ReadReferences>['names']): Set<string> {
  const needed = new Set<string>();
  const tested = new Set<string>();
  for (const { root, path, optional } of names) {
    if (root !== 'inputs' || path[0] === undefined) continue;
    (optional ? tested : needed).add(String(path[0]));
  }
  return new Set([...needed].filter((name) => !tested.has(name)));
}

function named(agents: readonly string[]): string {
  const shown = agents
    .slice(0, 3)
    .map((agent) => `"${agent}"`)
    .join(', ');
  return agents.length > 3 ? `${shown} and ${agents.length - 3} more` : shown;
}
