import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/adapters/postgres/migrate';
import { sha256Hex } from '../../src/domain/kernel/hash';

const MIGRATIONS = join(__dirname, '../../migrations');

export interface FreshDatabase {
  url: string;
  name: string;
  /** Also ends connections that a suite left open. */
  drop(): Promise<void>;
}

/**
 * A migrated database of its own: a clone of a template that is migrated once per content of the migrations (a clone
 * takes about a tenth of a second). Suites in parallel take turns on an advisory lock.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const name = `longhaul_test_${randomBytes(6).toString('hex')}`;
  await withAdmin(async (admin) => {
    await admin.query('SELECT pg_advisory_lock(721)');
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${await ensureTemplate(admin)}`);
  });
  return { url: databaseUrl(name), name, drop: () => withAdmin((admin) => dropDatabase(admin, name)) };
}

/** A pool's end() does not wait for its sockets: connections that are about to close get a moment, the others are ended. */
async function dropDatabase(admin: Client, name: string): Promise<void> {
  const deadline = Date.now() + 1_000;
  while (Date.now() < deadline) {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1', [name]);
    if (rowCount === 0) break;
  }
  await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

/** Renamed when it is complete: a template that was killed while it was made is made again. */
async function ensureTemplate(admin: Client): Promise<string> {
  const name = `longhaul_template_${migrationsDigest()}`;
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 1) return name;
  await admin.query(`DROP DATABASE IF EXISTS ${name}_new WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${name}_new`);
  await migrate(databaseUrl(`${name}_new`));
  await admin.query(`ALTER DATABASE ${name}_new RENAME TO ${name}`);
  return name;
}

function migrationsDigest(): string {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'));
  return sha256Hex(
    files
      .sort()
      .map((file) => readFileSync(join(MIGRATIONS, file), 'utf8'))
      .join('\0'),
  ).slice(0, 12);
}

async function withAdmin(body: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: adminUrl(), connectionTimeoutMillis: 5_000 });
  await admin.connect();
  try {
    await body(admin);
  } finally {
    await admin.end();
  }
}

function databaseUrl(name: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  return url.href;
}

function adminUrl(): string {
  const url = process.env.LONGHAUL_TEST_POSTGRES_URL;
  if (!url)
    throw new Error(
      'LONGHAUL_TEST_POSTGRES_URL is not set: run the suite through jest, whose global set-up starts PostgreSQL',
    );
  return url;
}
