import { FORBIDDEN_KEYS } from '../kernel/json-bounds';
import { GRAPH_LIMITS } from './agent-graph';

/** Names that mean something else in every template, and so cannot be an agent's. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  'inputs',
  'deps',
  ...['range', 'namespace', 'loop', 'caller', 'varargs', 'kwargs'],
  ...['true', 'false', 'none', 'True', 'False', 'None'],
  ...['not', 'and', 'or', 'in', 'is', 'if', 'else'],
]);

const PATTERN = /^[A-Za-z0-9_-]+$/;

/** What is wrong with the name of a graph, or nothing. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Expected a name, got an empty text.';
  if (name.length > GRAPH_LIMITS.nameCharsMax)
    return `A name of ${name.length} characters; at most ${GRAPH_LIMITS.nameCharsMax} are allowed.`;
  if (!PATTERN.test(name)) {
    return `${JSON.stringify(name)} holds characters other than letters, digits, "_" and "-". Names become parts of ids and of templates, where other characters mean something.`;
  }
  if (FORBIDDEN_KEYS.has(name))
    return `The name "${name}" is refused, because it can reach an object's prototype. Choose another name.`;
  return undefined;
}

/** Agents' names stand in templates too, where some words are taken. */
export function agentNameProblem(name: string): string | undefined {
  if (RESERVED_NAMES.has(name))
    return `The name "${name}" is taken: it has a meaning of its own in templates. Choose another name.`;
  return nameProblem(name);
}
