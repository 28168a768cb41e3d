import { definitionColumns, insertDefinition, type NewDefinition, type StoredDefinition } from './definition-versions';
import { firstRow, isUuid, rows, type Db } from './rows';

export interface StoredScenario extends StoredDefinition {
  scenarioId: string;
}

const COLUMNS = definitionColumns('scenario');

/** See `insertDefinition`. */
export function insertScenario(db: Db, scenario: NewDefinition): Promise<StoredScenario & { fresh: boolean }> {
  return insertDefinition<StoredScenario>(db, 'scenario', scenario);
}

/**
 * By name or by id.
 *
 * @param version of a name; the latest when it is left out
 */
export async function getScenario(
  db: Db,
  tenant: string,
  nameOrId: string,
  version?: number,
): Promise<StoredScenario | undefined> {
  const byId = isUuid(nameOrId) ? nameOrId : null;
  return firstRow<StoredScenario>(
    db,
    `SELECT ${COLUMNS} FROM scenario
     WHERE tenant_id = $1 AND (name = $2 OR id = $3) AND ($4::integer IS NULL OR version = $4) ORDER BY version DESC LIMIT 1`,
    [tenant, nameOrId, byId, version ?? null],
  );
}

/** The latest version of each name, by name. @param after the last name of the page before */
export async function listScenarios(
  db: Db,
  { tenant, limit, after }: { tenant: string; limit: number; after?: string },
): Promise<StoredScenario[]> {
  return rows<StoredScenario>(
    db,
    `SELECT DISTINCT ON (name) ${COLUMNS} FROM scenario
     WHERE tenant_id = $1 AND ($2::text IS NULL OR name > $2) ORDER BY name, version DESC LIMIT $3`,
    [tenant, after ?? null, limit],
  );
}
