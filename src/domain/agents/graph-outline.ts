import type { Problem } from '../kernel/errors';
import type { AgentGraph } from './agent-graph';
import type { TemplateSyntax } from './template-references';

/**
 * What could be read of a definition that may be wrong elsewhere: enough for the checks across agents, so that a
 * reader gets every problem at once instead of one per attempt.
 */
export interface AgentOutline {
  /** Where the agent stands: `agents[3]`. */
  path: string;
  name?: string;
  /** Index = position in the definition; absent where the entry is no usable name. */
  dependencies: (string | undefined)[];
  templates: { text: string; path: string }[];
  templateSyntax: TemplateSyntax;
  /** The tools it names, each with its place. */
  tools: { name: string; path: string }[];
  /** Whether its output is parsed as JSON; absent when its configuration could not be read. */
  json?: boolean;
  /** Top-level properties that its response schema names; `closed` when it allows no others. */
  jsonFields?: { names: string[]; closed: boolean };
  /** Schemas that must be valid JSON Schemas: of the model's answer, or of a person's. */
  responseSchema?: { schema: Record<string, unknown>; path: string };
}

export interface ParsedGraph {
  /** Present when the definition by itself is in order; checks across agents are still to come. */
  graph?: AgentGraph;
  agents: AgentOutline[];
  inputNames: string[];
  problems: Problem[];
}
