import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { translate } from './failures';

/** A client on which BEGIN was sent: for statements that must commit together or hold locks until the end. */
export type Tx = PoolClient;
export type Db = Pool | Tx;

/** @throws LonghaulError ServiceUnavailable when the connection fails; other errors of PostgreSQL as they are. */
export async function rows<T extends QueryResultRow>(db: Db, sql: string, values: unknown[] = []): Promise<T[]> {
  try {
    return (await db.query<T>(sql, values)).rows;
  } catch (error) {
    throw translate(error);
  }
}

export async function firstRow<T extends QueryResultRow>(
  db: Db,
  sql: string,
  values: unknown[] = [],
): Promise<T | undefined> {
  return (await rows<T>(db, sql, values))[0];
}

/** @returns how many rows were changed */
export async function execute(db: Db, sql: string, values: unknown[] = []): Promise<number> {
  try {
    return (await db.query(sql, values)).rowCount ?? 0;
  } catch (error) {
    throw translate(error);
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id that is no UUID is unknown, like any other id that does not exist; PostgreSQL would call it a syntax error. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
