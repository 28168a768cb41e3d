import { getGraphByName, insertGraph, type Db, type StoredGraph } from '../../adapters/postgres';
import { jsonSchemaProblem } from '../../adapters/json-schema';
import { readReferences } from '../../adapters/templates';
import type { ToolRegistry } from '../../adapters/tools';
import { validateGraph } from '../../contracts/parse-agent-graph.schema';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import type { GraphVerdict } from '../../domain/agents/validate-graph';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import { hashJson } from '../../domain/kernel/hash';
import { newId } from '../../adapters/postgres/new-id';
import { unstorableText } from '../http/structure';

/** Everything that is wrong with a definition, or the graph with its defaults filled in. */
export function judgeGraph(definition: unknown, tools: ToolRegistry): GraphVerdict {
  const verdict = validateGraph(definition, {
    references: readReferences,
    schemaProblem: jsonSchemaProblem,
    tools: tools.all.map(({ name }) => name),
  });
  const unstorable = unstorableText(definition);
  return unstorable.length === 0
    ? verdict
    : { problems: [...verdict.problems, ...unstorable], warnings: verdict.warnings };
}

/** @throws LonghaulError InvalidGraph with every problem */
export function requireGraph(definition: unknown, tools: ToolRegistry): { graph: AgentGraph; warnings: Problem[] } {
  const { graph, problems, warnings } = judgeGraph(definition, tools);
  if (graph !== undefined) return { graph, warnings };
  throw new LonghaulError('InvalidGraph', { name: nameOf(definition), count: problems.length }, problems);
}

function nameOf(definition: unknown): string {
  const name =
    typeof definition === 'object' && definition !== null && Object.hasOwn(definition, 'name')
      ? (definition as { name: unknown }).name
      : undefined;
  return typeof name === 'string' && /^[\w-]{1,128}$/.test(name) ? name : '(unnamed)';
}

/** Stores the next version under the graph's name; the same content as the latest version is that version. */
export async function storeGraph(db: Db, tenant: string, graph: AgentGraph): Promise<StoredGraph & { fresh: boolean }> {
  return insertGraph(db, { id: newId(), tenant, name: graph.name, sha256: hashJson(graph), definition: graph });
}

/** @throws LonghaulError NotFound */
export async function namedGraph(
  db: Db,
  tenant: string,
  { name, version }: { name: string; version?: number | undefined },
): Promise<StoredGraph> {
  const graph = await getGraphByName(db, tenant, name, version);
  if (graph !== undefined) return graph;
  throw new LonghaulError('NotFound', {
    what: 'Graph',
    id: version === undefined ? name : `${name} version ${version}`,
  });
}
