import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ClientBase } from 'pg';
import { LonghaulError } from '../../domain/kernel/errors';
import { sha256Hex } from '../../domain/kernel/hash';

/** A pool, or a connection that is held. */
export type Queryable = Pick<ClientBase, 'query'>;

const TEXTS_TABLE = 'pgmigrations_text';
/** Where `longhaul up` keeps its own database, seen from the folder it was started in. */
const OWN_DATA = join('.longhaul', 'postgres');

/**
 * Until the first release migrations are edited in place, and a name alone does not say what was applied: a database of
 * an earlier text fails later, strangely, in the middle of a payment. So the texts are compared, too.
 *
 * @throws LonghaulError SchemaEdited that names the first migration whose text was another one
 */
export async function assertTexts(db: Queryable, folder: string, applied: readonly string[]): Promise<void> {
  const recorded = (await tableExists(db, TEXTS_TABLE)) ? await recordedTexts(db) : new Map<string, string>();
  const texts = textsIn(folder);
  const edited = applied.find((name) => texts.get(name) !== recorded.get(name));
  if (edited !== undefined)
    throw new LonghaulError('SchemaEdited', { migration: edited, folder: await ownDataFolder(db) });
}

/**
 * Notes the texts that are about to be applied. Before they are, not after: a process that dies in between has noted
 * what its successor notes again, where one that noted too late would leave a good database refused.
 */
export async function recordTexts(db: Queryable, folder: string, applied: readonly string[]): Promise<void> {
  await db.query(`CREATE TABLE IF NOT EXISTS ${TEXTS_TABLE} (name text PRIMARY KEY, sha256 text NOT NULL)`);
  const coming = [...textsIn(folder)].filter(([name]) => !applied.includes(name));
  await db.query(
    `INSERT INTO ${TEXTS_TABLE} SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256`,
    [coming.map(([name]) => name), coming.map(([, sha256]) => sha256)],
  );
}

export async function tableExists(db: Queryable, table: string): Promise<boolean> {
  const { rows } = await db.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [table]);
  return rows[0]?.exists === true;
}

/** By name without extension, in order. */
function textsIn(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return new Map(
    files.sort().map((file) => [basename(file, '.sql'), sha256Hex(readFileSync(join(folder, file), 'utf8'))]),
  );
}

async function recordedTexts(db: Queryable): Promise<Map<string, string>> {
  const { rows } = await db.query<{ name: string; sha256: string }>(`SELECT name, sha256 FROM ${TEXTS_TABLE}`);
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

/** Only a folder of ours is named: nobody should be told to remove a server's data for one database in it. */
async function ownDataFolder(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ folder: string | null }>(
    `SELECT CASE WHEN pg_has_role('pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') END AS folder`,
  );
  const folder = rows[0]?.folder ?? OWN_DATA;
  return folder.endsWith(OWN_DATA) || dirname(dirname(folder)) === '/var/lib/longhaul' ? folder : OWN_DATA;
}
