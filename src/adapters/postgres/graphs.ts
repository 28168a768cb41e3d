import { InvariantError } from '../../domain/kernel/assert';
import { toJsonb } from './jsonb';
import { firstRow, isUuid, rows, type Db } from './rows';

export interface NewGraph {
  id: string;
  tenant: string;
  name: string;
  sha256: string;
  definition: unknown;
}

export interface StoredGraph {
  graphId: string;
  name: string;
  version: number;
  sha256: string;
  createdAt: Date;
  definition: unknown;
}

export type GraphSummary = Omit<StoredGraph, 'definition'> & { description: string | null; agents: number };

const COLUMNS = 'id AS "graphId", name, version, sha256, created_at AS "createdAt", definition';

/**
 * Stores the next version under a name; the same definition as its latest version is that version (`fresh` false).
 * Two at once get two versions: the loser of the race looks again. Idempotent by content, so it may be repeated.
 */
export async function insertGraph(db: Db, graph: NewGraph): Promise<StoredGraph & { fresh: boolean }> {
  const values = [graph.id, graph.tenant, graph.name, graph.sha256, toJsonb(graph.definition)];
  for (let tries = 0; tries < 100; tries += 1) {
    const stored = await firstRow<StoredGraph & { fresh: boolean }>(db, INSERT_GRAPH, values);
    if (stored) return stored;
  }
  throw new InvariantError(`insertGraph "${graph.name}": lost the race for a version number 100 times`);
}

const INSERT_GRAPH = `
  WITH latest AS (
    SELECT * FROM graph WHERE tenant_id = $2 AND name = $3 ORDER BY version DESC LIMIT 1
  ), inserted AS (
    INSERT INTO graph (id, tenant_id, name, version, sha256, definition)
    SELECT $1, $2, $3, coalesce((SELECT version FROM latest), 0) + 1, $4, $5::jsonb
    WHERE NOT EXISTS (SELECT 1 FROM latest WHERE sha256 = $4)
    ON CONFLICT (tenant_id, name, version) DO NOTHING
    RETURNING *
  )
  SELECT ${COLUMNS}, true AS fresh FROM inserted
  UNION ALL
  SELECT ${COLUMNS}, false FROM latest WHERE sha256 = $4`;

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
