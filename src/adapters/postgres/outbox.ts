import type { Pool, PoolClient } from 'pg';

export const OUTBOX_STREAMS = ['artifact', 'run-event'] as const;
export type OutboxStream = (typeof OUTBOX_STREAMS)[number];

export interface OutboxRow {
  /** What readers drop duplicates by: a row may be pushed twice, never under two ids. */
  id: number;
  tenant: string;
  topic: string;
  payload: Record<string, unknown>;
}

/**
 * A publisher that is stopped while it holds rows loses them after this: PostgreSQL ends its transaction, another one
 * goes on, and what the stopped one pushes on waking is a duplicate by its row ids.
 */
const HELD_MS = 15_000;

/**
 * Runs `work` as the only publisher of a stream, in one transaction; undefined when somebody else is at it. The lock
 * belongs to the transaction, so it cannot outlive its process.
 *
 * Its commit does not wait for the disk: all it writes is that rows were published. Should PostgreSQL lose that with a
 * power cut, they are published once more, under ids that readers know.
 */
export async function asOnlyPublisher<T>(
  pool: Pool,
  stream: OutboxStream,
  work: (client: PoolClient) => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  // A connection that PostgreSQL ends while we talk to Redis would otherwise end the process: nobody listens to it then.
  const broken: { error?: Error } = {};
  const remember = (error: Error): void => void (broken.error = error);
  client.on('error', remember);
  try {
    await client.query(
      `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${HELD_MS}; SET LOCAL synchronous_commit = off`,
    );
    const answer = (await tryLock(client, stream)) ? await work(client) : undefined;
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    broken.error = error as Error; // a fresh connection is cheaper than knowing what state this one is in
    throw error;
  } finally {
    client.off('error', remember);
    client.release(broken.error);
  }
}

async function tryLock(client: PoolClient, stream: OutboxStream): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtext('longhaul.outbox'), hashtext($1)) AS locked`,
    [stream],
  );
  return rows[0]!.locked;
}

/** One cheap look that holds nothing: publishers poll, and mostly there is nothing to do. */
export async function hasUnpublished(pool: Pool, stream: OutboxStream): Promise<boolean> {
  const { rows } = await pool.query('SELECT FROM outbox WHERE stream = $1 AND published_at IS NULL LIMIT 1', [stream]);
  return rows.length > 0;
}

/**
 * The oldest unpublished rows, held until the transaction ends. Not "rows after the last id": an id is given before its
 * transaction commits, and a cursor passed 165 of 720 rows that committed late (measured).
 */
export async function takeUnpublished(client: PoolClient, stream: OutboxStream, limit: number): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>(
    `SELECT id::float8 AS id, tenant_id AS tenant, topic, payload FROM outbox
     WHERE stream = $1 AND published_at IS NULL ORDER BY outbox.id LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [stream, limit],
  );
  return rows;
}

export async function markPublished(client: PoolClient, ids: readonly number[]): Promise<void> {
  await client.query('UPDATE outbox SET published_at = clock_timestamp() WHERE id = ANY ($1::bigint[])', [ids]);
}

/** Pages through the newest `newest` published rows, oldest first: what a flushed Redis is filled with again. */
export async function* publishedRows(
  client: PoolClient,
  stream: OutboxStream,
  newest: number,
  pageSize: number,
): AsyncGenerator<OutboxRow[]> {
  let after = await idBeforeNewest(client, stream, newest);
  for (;;) {
    const { rows } = await client.query<OutboxRow>(
      `SELECT id::float8 AS id, tenant_id AS tenant, topic, payload FROM outbox
       WHERE stream = $1 AND published_at IS NOT NULL AND outbox.id > $2 ORDER BY outbox.id LIMIT $3`,
      [stream, after, pageSize],
    );
    if (rows.length === 0) return;
    after = rows.at(-1)!.id;
    yield rows;
  }
}

async function idBeforeNewest(client: PoolClient, stream: OutboxStream, newest: number): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT id::float8 AS id FROM outbox WHERE stream = $1 AND published_at IS NOT NULL ORDER BY outbox.id DESC OFFSET $2 LIMIT 1`,
    [stream, newest],
  );
  return rows[0]?.id ?? 0;
}
