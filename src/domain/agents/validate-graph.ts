import type { Problem } from '../kernel/errors';
import type { AgentGraph } from './agent-graph';
import { doubts } from './graph-doubts';
import { PLAN_BYTES_MAX, planBytes, planOf } from './run-plan';
import { graphProblems } from './graph-checks';
import type { ParsedGraph } from './graph-outline';
import { templateFindings } from './template-checks';
import type { ReadReferences } from './template-references';
import { toolProblems } from './tool-checks';

/** What needs a library, and so comes from adapters. */
export interface GraphChecks {
  references: ReadReferences;
  /** What is wrong with a JSON Schema, or nothing. */
  schemaProblem: (schema: Record<string, unknown>) => string | undefined;
  /** The tools that there are: built-in skills and the plug-ins of this installation. */
  tools: readonly string[];
}

export interface GraphVerdict {
  /** Present exactly when there are no problems. */
  graph?: AgentGraph;
  problems: Problem[];
  /** Worth a look, but no reason to refuse. */
  warnings: Problem[];
}

/** A definition of a thousand agents can be wrong a million times; a reader mends the first few hundred. */
export const PROBLEMS_MAX = 500;

/** Everything that is wrong, at once: the definition's own problems and those across agents, each with its path. */
export function checkGraph(parsed: ParsedGraph, checks: GraphChecks): GraphVerdict {
  const templates = templateFindings(parsed, checks.references);
  const problems = [
    ...parsed.problems,
    ...graphProblems(parsed.agents),
    ...templates.problems,
    ...schemaProblems(parsed, checks),
    ...toolProblems(parsed.agents, checks.tools),
  ];
  if (problems.length === 0 && parsed.graph !== undefined) problems.push(...planProblems(parsed.graph));
  const graph = problems.length === 0 ? parsed.graph : undefined;
  const warnings = capped([...templates.warnings, ...(graph === undefined ? [] : doubts(graph))]);
  return graph === undefined ? { problems: capped(problems), warnings } : { graph, problems, warnings };
}

/** A definition may be larger than what a workflow's history takes: texts stay outside, names and edges do not. */
function planProblems(graph: AgentGraph): Problem[] {
  const bytes = planBytes(planOf(graph));
  if (bytes <= PLAN_BYTES_MAX) return [];
  const message = `Names, dependencies and unusual limits of the ${graph.agents.length} agents take ${bytes} bytes; at most ${PLAN_BYTES_MAX} travel with a run. Use shorter names, fewer dependencies, or several graphs.`;
  return [{ path: 'agents', message }];
}

function schemaProblems({ agents }: ParsedGraph, { schemaProblem }: GraphChecks): Problem[] {
  return agents.flatMap(({ responseSchema }) => {
    if (responseSchema === undefined) return [];
    const found = schemaProblem(responseSchema.schema);
    return found === undefined ? [] : [{ path: responseSchema.path, message: `Not a valid JSON Schema: ${found}` }];
  });
}

function capped(problems: Problem[]): Problem[] {
  if (problems.length <= PROBLEMS_MAX) return problems;
  return [
    ...problems.slice(0, PROBLEMS_MAX),
    { path: '(root)', message: `${problems.length - PROBLEMS_MAX} more problems are not shown.` },
  ];
}
