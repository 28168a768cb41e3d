import { nameProblem } from '../domain/agents/agent-name';
import { GRAPH_LIMITS } from '../domain/agents/agent-graph';
import type { ParsedGraph } from '../domain/agents/graph-outline';
import { checkGraph, type GraphChecks, type GraphVerdict } from '../domain/agents/validate-graph';
import type { Problem } from '../domain/kernel/errors';
import { jsonBoundsFindings } from '../domain/kernel/json-bounds';
import { agentGraphSchema, GRAPH_ALIASES, graphFieldsSchema } from './agent-graph.schema';
import type { Fields } from './field-aliases';
import { shown } from './issue-text.schema';
import { parseAgent, type ParsedAgent } from './parse-agent.schema';
import { prepareFields, schemaProblems } from './read-fields.schema';
import { isFields } from './spelling';

/** Deep enough for inputs and JSON Schemas; a definition by itself needs four levels. */
const BOUNDS = {
  depthMax: 40,
  valuesMax: 200_000,
  charsMax: GRAPH_LIMITS.definitionBytesMax,
  keyCharsMax: 256,
} as const;

/**
 * Everything wrong with a definition at once, or the graph with every default filled in. Never throws on any data.
 *
 * @param checks what needs a library: the reader of template references and the judge of JSON Schemas.
 */
export function validateGraph(raw: unknown, checks: GraphChecks): GraphVerdict {
  return checkGraph(parseAgentGraph(raw), checks);
}

/** The definition by itself: shape, aliases, defaults, limits. Checks across agents follow in `checkGraph`. */
export function parseAgentGraph(raw: unknown): ParsedGraph {
  const bounds = jsonBoundsFindings(raw, BOUNDS);
  if (!bounds.usable) return unreadable(bounds.problems);
  if (!isFields(raw))
    return unreadable([{ path: '(root)', message: `Expected an agent graph (an object), got ${shown(raw)}.` }]);
  const prepared = prepareFields(raw, GRAPH_ALIASES, {}, []);
  const { agents: rawAgents, ...rest } = prepared.fields;
  const own = graphFieldsSchema.safeParse(rest);
  const parsed = agentList(rawAgents).map(parseAgent);
  const problems = oncePerPath([
    ...bounds.problems,
    ...prepared.problems,
    ...graphNameProblems(rest),
    ...schemaProblems(own.error, { ...prepared, fields: rest }, [], () => Object.keys(agentGraphSchema.shape)),
    ...agentListProblems(rawAgents),
    ...parsed.flatMap((agent) => agent.problems),
  ]);
  return {
    graph: graphOf(own.data, parsed, problems),
    agents: parsed.map(({ outline }) => outline),
    inputNames: namesIn(rest.inputs),
    problems,
  };
}

function graphOf(
  own: ReturnType<typeof graphFieldsSchema.parse> | undefined,
  parsed: readonly ParsedAgent[],
  problems: readonly Problem[],
): ParsedGraph['graph'] {
  if (problems.length > 0 || own === undefined) return undefined;
  return { ...own, agents: parsed.flatMap(({ agent }) => (agent === undefined ? [] : [agent])) };
}

function unreadable(problems: Problem[]): ParsedGraph {
  return { agents: [], inputNames: [], problems };
}

function graphNameProblems({ name }: Fields): Problem[] {
  const message = typeof name === 'string' ? nameProblem(name) : undefined;
  return message === undefined ? [] : [{ path: 'name', message }];
}

function agentList(agents: unknown): unknown[] {
  return Array.isArray(agents) ? agents.slice(0, GRAPH_LIMITS.agentsMax) : [];
}

function agentListProblems(agents: unknown): Problem[] {
  const message = agentListProblem(agents);
  return message === undefined ? [] : [{ path: 'agents', message }];
}

function agentListProblem(agents: unknown): string | undefined {
  if (agents === undefined) return 'Required, but missing: an agent graph needs at least one agent.';
  if (!Array.isArray(agents)) return `Expected a list of agents, got ${shown(agents)}.`;
  if (agents.length === 0) return 'The list is empty: an agent graph needs at least one agent.';
  if (agents.length > GRAPH_LIMITS.agentsMax)
    return `${agents.length} agents; at most ${GRAPH_LIMITS.agentsMax} are allowed. The first ${GRAPH_LIMITS.agentsMax} were checked.`;
  return undefined;
}

function namesIn(inputs: unknown): string[] {
  return isFields(inputs) ? Object.keys(inputs) : [];
}

/** The first finding about a place is the plainest; what the schema adds about the same place only repeats it. */
function oncePerPath(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => !seen.has(path) && seen.add(path));
}
