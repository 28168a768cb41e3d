import type { Problem } from '../kernel/errors';
import { Hints, listed } from '../kernel/suggest';
import type { AgentOutline } from './graph-outline';

/** Tools that agents name and that do not exist here, each with its place. */
export function toolProblems(agents: readonly AgentOutline[], known: readonly string[]): Problem[] {
  const exists = new Set(known);
  const hints = new Hints();
  return agents.flatMap(({ tools }) =>
    tools
      .filter(({ name }) => !exists.has(name))
      .map(({ name, path }) => ({
        path,
        message: `Tool "${name}" does not exist. Known tools: ${listed([...known])}.${hints.for(name, [...known])}`,
      })),
  );
}
