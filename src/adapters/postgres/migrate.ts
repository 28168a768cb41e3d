import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type Pool } from 'pg';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { assertTexts, recordTexts, tableExists, type Queryable } from './migration-texts';

/** The same from src/adapters/postgres and from dist/adapters/postgres. */
const MIGRATIONS = join(__dirname, '../../../migrations');
const TABLE = 'pgmigrations';
/** Any number that nobody else takes: held over the check of the texts and all migrations. */
const MIGRATE_LOCK = 4_727_001;

/**
 * Brings the schema to this program's version, in one transaction. Several at once are safe: the others wait on an
 * advisory lock and find nothing left to do.
 *
 * @returns the names of the migrations that were applied now
 * @throws LonghaulError SchemaEdited when one that was applied had another text
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new Client({
    connectionString: url,
    application_name: 'longhaul-migrate',
    connectionTimeoutMillis: 5_000,
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK]);
    const applied = await appliedNames(client);
    await assertTexts(client, MIGRATIONS, applied);
    await recordTexts(client, MIGRATIONS, applied);
    return await applyAll(client);
  } finally {
    await client.end();
  }
}

async function applyAll(dbClient: Client): Promise<string[]> {
  // Imported here, because only this one command of many processes needs it.
  const { runner } = await import('node-pg-migrate');
  const applied = await runner({
    dbClient,
    dir: MIGRATIONS,
    direction: 'up',
    migrationsTable: TABLE,
    checkOrder: true,
    advisoryLockMode: 'wait',
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  return applied.map((migration) => migration.name);
}

/**
 * @throws LonghaulError SchemaVersion unless the newest applied migration is this program's newest file, SchemaEdited
 *   when one of them had another text when it was applied
 */
export async function assertSchema(pool: Pool): Promise<void> {
  const found = await schemaVersion(pool);
  const expected = expectedSchemaVersion();
  if (found !== expected) throw new LonghaulError('SchemaVersion', { found: found ?? 'nothing', expected });
  await assertTexts(pool, MIGRATIONS, await appliedNames(pool));
}

export async function schemaVersion(pool: Pool): Promise<string | undefined> {
  return (await appliedNames(pool)).at(-1);
}

async function appliedNames(db: Queryable): Promise<string[]> {
  if (!(await tableExists(db, TABLE))) return [];
  const { rows } = await db.query<{ name: string }>(`SELECT name FROM ${TABLE} ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** The name of the newest migration file, without its extension. */
export function expectedSchemaVersion(): string {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'));
  return present(files.sort().at(-1), `no migrations in ${MIGRATIONS}`).replace(/\.sql$/, '');
}

function ignore(): void {
  // Silence: the caller prints what was applied, and errors are thrown.
}
