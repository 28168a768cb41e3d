import { Pool, types, type CustomTypesConfig } from 'pg';
import { assert } from '../../domain/kernel/assert';

export type { Pool, PoolClient } from 'pg';

export interface PoolOptions {
  /** Connections of this process. */
  max?: number;
  /** Shown in pg_stat_activity, so that an operator knows whose connection it is. */
  applicationName?: string;
  /** Longest wait for an answer, in ms, counted here. */
  queryTimeoutMs?: number;
  /** Told of errors of idle connections; by default a process warning. The pool replaces the connection by itself. */
  onIdleError?: (error: Error) => void;
}

/**
 * A pool whose waits all end. `statement_timeout` alone does not help when the network is half open: the client hung for
 * more than 5 s (measured), so the client counts, too. The server's limit is the shorter one: normally the server
 * gives up first and the connection stays usable.
 *
 * Without the error listener a restart of PostgreSQL ends the process: the pool emits `error` for each idle connection.
 */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  const queryTimeoutMs = options.queryTimeoutMs ?? 15_000;
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'longhaul',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: queryTimeoutMs,
    statement_timeout: Math.ceil(queryTimeoutMs * 0.8),
    idle_in_transaction_session_timeout: 30_000,
    types: safeIntegers,
  });
  pool.on('error', options.onIdleError ?? warn);
  return pool;
}

function warn(error: Error): void {
  process.emitWarning(`an idle PostgreSQL connection was lost: ${error.message}`, 'PostgresConnection');
}

/**
 * int8 as number: money in micro-USD, tokens and sequence numbers stay far below 2^53 ($9 billion), and a value that does
 * not is an error here instead of a wrong sum later. Set on this pool's types: other users of `pg` keep strings.
 */
const safeIntegers: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 && format !== 'binary'
      ? parseSafeInteger
      : types.getTypeParser(oid, format)) as CustomTypesConfig['getTypeParser'],
};

export function parseSafeInteger(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `PostgreSQL returned the bigint ${text}, which is beyond 2^53`);
  return value;
}
