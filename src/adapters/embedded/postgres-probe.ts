import { Client } from 'pg';

const PROBE_TIMEOUT_MS = 5_000;

/** @returns the server's version; undefined while it does not answer. */
export async function probePostgres(url: string): Promise<string | undefined> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0];
  }).catch(() => undefined); // not there yet: the caller asks again or says so
}

/** Creates the database unless it exists. `name` is ours, never a user's. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
    application_name: 'longhaul-probe',
  });
  // A connection that breaks between two queries would otherwise end the whole process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined); // the outcome is decided; a broken connection has nothing left to end
  }
}
