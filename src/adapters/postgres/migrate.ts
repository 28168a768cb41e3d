import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { firstRow } from './rows';

/** The same from src/adapters/postgres and from dist/adapters/postgres. */
const MIGRATIONS = join(__dirname, '../../../migrations');
const TABLE = 'pgmigrations';

/**
 * Brings the schema to this program's version, in one transaction. Several at once are safe: the others wait on an
 * advisory lock (by default they would fail) and find nothing left to do.
 *
 * @returns the names of the migrations that were applied now
 */
export async function migrate(url: string): Promise<string[]> {
  // Imported here, because only this one command of many processes needs it.
  const { runner } = await import('node-pg-migrate');
  const applied = await runner({
    databaseUrl: { connectionString: url, application_name: 'longhaul-migrate', connectionTimeoutMillis: 5_000 },
    dir: MIGRATIONS,
    direction: 'up',
    migrationsTable: TABLE,
    checkOrder: true,
    advisoryLockMode: 'wait',
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  return applied.map((migration) => migration.name);
}

/** @throws LonghaulError SchemaVersion unless the newest applied migration is this program's newest file. */
export async function assertSchema(pool: Pool): Promise<void> {
  const found = await schemaVersion(pool);
  const expected = expectedSchemaVersion();
  if (found !== expected) throw new LonghaulError('SchemaVersion', { found: found ?? 'nothing', expected });
}

export async function schemaVersion(pool: Pool): Promise<string | undefined> {
  const table = await firstRow<{ exists: boolean }>(pool, `SELECT to_regclass($1) IS NOT NULL AS exists`, [TABLE]);
  if (table?.exists !== true) return undefined;
  return (await firstRow<{ name: string }>(pool, `SELECT name FROM ${TABLE} ORDER BY id DESC LIMIT 1`))?.name;
}

/** The name of the newest migration file, without its extension. */
export function expectedSchemaVersion(): string {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'));
  return present(files.sort().at(-1), `no migrations in ${MIGRATIONS}`).replace(/\.sql$/, '');
}

function ignore(): void {
  // Silence: the caller prints what was applied, and errors are thrown.
}
