import { Client } from 'pg';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { assertSchema, expectedSchemaVersion, migrate, schemaVersion } from '../../../src/adapters/postgres/migrate';
import { freshDatabase, type FreshDatabase } from '../../support/database';

describe('migrations', () => {
  let database: FreshDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await freshDatabase();
    pool = createPool(database.url, { max: 2 });
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  /** As a new installation finds it. */
  async function emptyDatabase(): Promise<void> {
    await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  }

  it('bring an empty database to the version of this program', async () => {
    await emptyDatabase();
    expect(await schemaVersion(pool)).toBeUndefined();
    const applied = await migrate(database.url);
    expect(applied.at(-1)).toBe(expectedSchemaVersion());
    await expect(assertSchema(pool)).resolves.toBeUndefined();
    expect(await migrate(database.url)).toEqual([]);
  });

  it('run once when several processes start together', async () => {
    await emptyDatabase();
    const applied = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    await expect(assertSchema(pool)).resolves.toBeUndefined();
  });

  it('can be taken back completely', async () => {
    const { runner } = await import('node-pg-migrate');
    const quiet = () => undefined;
    await runner({
      databaseUrl: database.url,
      dir: 'migrations',
      direction: 'down',
      count: Infinity,
      migrationsTable: 'pgmigrations',
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    });
    const { rows } = await pool.query(`
      SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'pgmigrations%'
      UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`);
    expect(rows).toEqual([]);
  });

  it('are refused by a program of another version, with the way out', async () => {
    await pool.query('DELETE FROM pgmigrations WHERE name = $1', [expectedSchemaVersion()]);
    await expect(assertSchema(pool)).rejects.toMatchObject({
      code: 'SchemaVersion',
      message: expect.stringContaining('longhaul migrate'),
    });
    await emptyDatabase();
    await expect(assertSchema(pool)).rejects.toMatchObject({ code: 'SchemaVersion', params: { found: 'nothing' } });
  });

  it('of another text are refused at start and by the next migration, with the way out', async () => {
    await pool.query(`UPDATE pgmigrations_text SET sha256 = 'another text' WHERE name = '000002-paid-path'`);
    const refusal = { code: 'SchemaEdited', message: expect.stringMatching(/000002-paid-path.*remove the folder/) };
    await expect(assertSchema(pool)).rejects.toMatchObject(refusal);
    await expect(migrate(database.url)).rejects.toMatchObject(refusal);
  });

  it('that were applied before texts were kept are refused, too', async () => {
    await pool.query('DROP TABLE pgmigrations_text');
    await expect(assertSchema(pool)).rejects.toMatchObject({ code: 'SchemaEdited' });
  });

  it('end a process between the texts and the migrations without harm', async () => {
    await emptyDatabase();
    await pool.query('CREATE TABLE outbox (mine text)');
    await expect(migrate(database.url)).rejects.toThrow(/outbox/);
    await pool.query('DROP TABLE outbox');
    await migrate(database.url);
    await expect(assertSchema(pool)).resolves.toBeUndefined();
  });

  it('fail as a whole: a broken database keeps what it had', async () => {
    await emptyDatabase();
    const other = new Client({ connectionString: database.url });
    await other.connect();
    await other.query('CREATE TABLE outbox (mine text)');
    await other.end();
    await expect(migrate(database.url)).rejects.toThrow(/outbox/);
    expect(await schemaVersion(pool)).toBeUndefined();
    const { rows } = await pool.query(`SELECT to_regclass('run') AS run, to_regclass('outbox') AS outbox`);
    expect(rows).toEqual([{ run: null, outbox: 'outbox' }]);
  });
});
