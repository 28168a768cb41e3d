import type { Pool } from 'pg';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { type RunParameters, withParameters } from '../../domain/agents/run-parameters';
import type { CassetteUse } from '../../domain/llm/cassette';
import type { PriorityClass } from '../../domain/llm/fair-queue';
import type { StoredPayload } from '../../domain/artifacts/header';
import { LonghaulError } from '../../domain/kernel/errors';

/** What a run executes; it never changes for a run. */
export interface RunDefinition {
  /** With the run's own inputs and limits. */
  graph: AgentGraph;
  cassette?: CassetteUse;
  priorityClass?: PriorityClass;
}

/** @throws LonghaulError NotFound when the tenant has no such run of that graph. */
export async function loadRunDefinition(
  pool: Pool,
  key: { tenant: string; runId: string; graphId: string },
): Promise<RunDefinition> {
  const { rows } = await pool.query<{ definition: AgentGraph; parameters: RunParameters }>(
    `SELECT g.definition, r.parameters FROM run r JOIN graph g ON g.id = r.graph_id AND g.tenant_id = r.tenant_id
     WHERE r.tenant_id = $1 AND r.id = $2 AND g.id = $3`,
    [key.tenant, key.runId, key.graphId],
  );
  const row = rows[0];
  if (!row) throw new LonghaulError('NotFound', { what: 'Run', id: key.runId });
  const { definition, parameters } = row;
  const { cassette, priorityClass } = parameters;
  return { graph: withParameters(definition, parameters), cassette, priorityClass };
}

/** Where a node's output lies. */
export interface StoredOutput extends StoredPayload {
  ref: string;
}

/** Outputs of the named nodes of a run by name; a node without one is missing from the answer. */
export async function loadOutputs(
  pool: Pool,
  tenant: string,
  runId: string,
  nodes: readonly string[],
): Promise<Map<string, StoredOutput>> {
  const { rows } = await pool.query<StoredOutput & { name: string }>(
    `SELECT n.name, a.ref, a.driver, a.sha256, a.bytes, a.raw_bytes AS "rawBytes"
     FROM run_node n JOIN artifact a ON a.ref = n.output_ref AND a.tenant_id = n.tenant_id
     WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.name = ANY ($3)`,
    [tenant, runId, nodes],
  );
  return new Map(rows.map(({ name, ...output }) => [name, output]));
}
