import { definitionColumns, insertDefinition, type NewDefinition, type StoredDefinition } from './definition-versions';
import { firstRow, isUuid, rows, type Db } from './rows';

export interface StoredGraph extends StoredDefinition {
  graphId: string;
}

export type GraphSummary = Omit<StoredGraph, 'definition'> & { description: string | null; agents: number };

const COLUMNS = definitionColumns('graph');

/** See `insertDefinition`. */
export function insertGraph(db: Db, graph: NewDefinition): Promise<StoredGraph & { fresh: boolean }> {
  return insertDefinition<StoredGraph>(db, 'graph', graph);
}

export async function getGraph(db: Db, tenant: string, graphId: string): Promise<StoredGraph | undefined> {
  if (!isUuid(graphId)) return undefined;
  return firstRow<StoredGraph>(db, `SELECT ${COLUMNS} FROM graph WHERE tenant_id = $1 AND id = $2`, [tenant, graphId]);
}

/** @param version the latest when it is left out */
export async function getGraphByName(
  db: Db,
  tenant: string,
  name: string,
  version?: number,
): Promise<StoredGraph | undefined> {
  return firstRow<StoredGraph>(
    db,
    `SELECT ${COLUMNS} FROM graph WHERE tenant_id = $1 AND name = $2 AND ($3::integer IS NULL OR version = $3) ORDER BY version DESC LIMIT 1`,
    [tenant, name, version ?? null],
  );
}

/** The latest version of each name, by name. @param after the last name of the page before */
export async function listGraphs(
  db: Db,
  { tenant, limit, after }: { tenant: string; limit: number; after?: string },
): Promise<GraphSummary[]> {
  return rows<GraphSummary>(
    db,
    `SELECT DISTINCT ON (name) id AS "graphId", name, version, sha256, created_at AS "createdAt", definition->>'description' AS description,
            CASE WHEN jsonb_typeof(definition->'agents') = 'array' THEN jsonb_array_length(definition->'agents') ELSE 0 END AS agents
     FROM graph WHERE tenant_id = $1 AND ($2::text IS NULL OR name > $2) ORDER BY name, version DESC LIMIT $3`,
    [tenant, after ?? null, limit],
  );
}
