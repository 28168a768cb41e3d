import type { Agent } from './agent-graph';

/** One template of an agent, with its place relative to the agent. */
export interface AgentTemplate {
  text: string;
  path: (string | number)[];
}

/** Every text of an agent that is rendered when it runs: a prompt, a question, or the texts among a script's arguments. */
export function templatesOf(agent: Agent): AgentTemplate[] {
  if (agent.kind !== 'script') return [{ text: agent.promptTemplate, path: ['promptTemplate'] }];
  return textsIn(agent.script.arguments, ['script', 'arguments']);
}

/** The texts in a value at any depth, in the order of its keys. */
export function textsIn(value: unknown, path: (string | number)[]): AgentTemplate[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}
