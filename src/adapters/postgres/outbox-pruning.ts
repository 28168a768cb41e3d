import { execute, type Db } from './rows';

/** For the sweeper, over all tenants: published rows have done their work. @returns how many were removed */
export async function pruneOutbox(
  db: Db,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<number> {
  return execute(
    db,
    `DELETE FROM outbox WHERE id IN (
       SELECT id FROM outbox WHERE published_at < clock_timestamp() - $1 * interval '1 ms' ORDER BY published_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
    [olderThanMs, limit],
  );
}
