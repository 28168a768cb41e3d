import { join } from 'node:path';
import { POSTGRES_USER, type PostgresPlace } from './postgres-data';
import { ensureDatabase, probePostgres } from './postgres-probe';
import type { ProgramSpec } from './program';
import { serviceEnvironment } from './service-environment';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const MAX_CONNECTIONS = 300;

export interface PostgresServerOptions {
  binDir: string;
  place: PostgresPlace;
  logFile: string;
  port: number;
  password: string;
  /** Created when missing. */
  database: string;
  /**
   * False only where the data may be lost with the machine: it makes tests that create databases faster. A commit
   * still reaches the operating system (synchronous_commit stays on), so a kill of the server loses nothing.
   */
  durable: boolean;
}

/** The server on loopback only: no socket in /tmp, where another installation may have its own. */
export function postgresServer(options: PostgresServerOptions): ProgramSpec {
  const { binDir, place, port, password, database, durable } = options;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: MAX_CONNECTIONS,
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return {
    name: 'postgres',
    command: join(binDir, 'postgres'),
    args: [
      '-D',
      place.dataDir,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    env: serviceEnvironment(),
    cwd: '/',
    identity: place.identity,
    logFile: options.logFile,
    readyTimeoutMs: READY_TIMEOUT_MS,
    ready: () => serving(postgresUrl(port, password, 'postgres'), database),
    stopSignal: 'SIGINT', // "fast": SIGTERM would wait for every client to leave
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

export function postgresUrl(port: number, password: string, database: string): string {
  return `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${database}`;
}

async function serving(adminUrl: string, database: string): Promise<{ version: string } | undefined> {
  const version = await probePostgres(adminUrl);
  if (version === undefined) return undefined;
  await ensureDatabase(adminUrl, database);
  return { version };
}
