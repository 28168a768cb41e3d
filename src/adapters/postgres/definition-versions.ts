import { InvariantError } from '../../domain/kernel/assert';
import { toJsonb } from './jsonb';
import { firstRow, type Db } from './rows';

/** Tables of definitions in versions that never change; their columns are the same. */
export type DefinitionTable = 'graph' | 'scenario';

export interface NewDefinition {
  id: string;
  tenant: string;
  name: string;
  sha256: string;
  definition: unknown;
}

export interface StoredDefinition {
  name: string;
  version: number;
  sha256: string;
  createdAt: Date;
  definition: unknown;
}

/** Of either table; its id is called `{table}Id`. */
export function definitionColumns(table: DefinitionTable): string {
  return `id AS "${table}Id", name, version, sha256, created_at AS "createdAt", definition`;
}

/**
 * Stores the next version under a name; the same definition as its latest version is that version (`fresh` false).
 * Two at once get two versions: the loser of the race looks again. Idempotent by content, so it may be repeated.
 */
export async function insertDefinition<T extends StoredDefinition>(
  db: Db,
  table: DefinitionTable,
  { id, tenant, name, sha256, definition }: NewDefinition,
): Promise<T & { fresh: boolean }> {
  const values = [id, tenant, name, sha256, toJsonb(definition)];
  for (let tries = 0; tries < 100; tries += 1) {
    const stored = await firstRow<T & { fresh: boolean }>(db, insertInto(table), values);
    if (stored) return stored;
  }
  throw new InvariantError(`insertDefinition, ${table} "${name}": lost the race for a version number 100 times`);
}

function insertInto(table: DefinitionTable): string {
  const columns = definitionColumns(table);
  return `
  WITH latest AS (
    SELECT * FROM ${table} WHERE tenant_id = $2 AND name = $3 ORDER BY version DESC LIMIT 1
  ), inserted AS (
    INSERT INTO ${table} (id, tenant_id, name, version, sha256, definition)
    SELECT $1, $2, $3, coalesce((SELECT version FROM latest), 0) + 1, $4, $5::jsonb
    WHERE NOT EXISTS (SELECT 1 FROM latest WHERE sha256 = $4)
    ON CONFLICT (tenant_id, name, version) DO NOTHING
    RETURNING *
  )
  SELECT ${columns}, true AS fresh FROM inserted
  UNION ALL
  SELECT ${columns}, false FROM latest WHERE sha256 = $4`;
}
