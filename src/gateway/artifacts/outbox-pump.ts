import {
  asOnlyPublisher,
  hasUnpublished,
  markPublished,
  publishedRows,
  takeUnpublished,
  type OutboxRow,
  type OutboxStream,
} from '../../adapters/postgres/outbox';
import type { Pool, Tx } from '../../adapters/postgres';
import type { RedisConnection } from '../../adapters/redis';
import { StreamGeneration } from '../../adapters/redis/stream-generation';
import { LivePush, STREAM_LENGTH } from './live-push';

/** Rows per transaction: some ten milliseconds of Redis, so that a lock is never held for long. */
export const PUSH_BATCH = 200;
const REFILL_PAGE = 500;

/** Moves outbox rows to Redis. Any process may push; only the relay heals, so that a flush is answered once. */
export class OutboxPump {
  private readonly live: LivePush;

  constructor(
    private readonly pool: Pool,
    private readonly redis: RedisConnection,
  ) {
    this.live = new LivePush(pool, redis);
  }

  /**
   * Pushes one batch of what is unpublished and marks it. A process killed in between leaves the rows unpublished: they
   * are pushed again under the same ids, which readers drop.
   *
   * @returns how many rows; 0 when there are none, when another process is at it, or when Redis was flushed and waits
   *   for the relay
   * @throws when Redis or PostgreSQL do not answer; nothing is lost then
   */
  async push(stream: OutboxStream): Promise<number> {
    if (!(await hasUnpublished(this.pool, stream))) return 0;
    // Before any row is taken: while Redis is down, no transaction waits for it.
    if (!(await this.generation(stream).isWhole())) return 0;
    const pushed = await asOnlyPublisher(this.pool, stream, (tx) => this.pushBatch(tx, stream));
    return pushed ?? 0;
  }

  /**
   * Fills a flushed (or restarted) Redis again with what it should still hold; sessions are indexed on the way.
   *
   * @returns whether Redis is whole now; false when another process is at it or a flush came in between
   */
  async heal(stream: OutboxStream): Promise<boolean> {
    const generation = this.generation(stream);
    if (await generation.isWhole()) return true;
    const healed = await asOnlyPublisher(this.pool, stream, async (tx) => {
      const token = await generation.beginHealing();
      for await (const rows of publishedRows(tx, stream, STREAM_LENGTH, REFILL_PAGE))
        await this.live.push(tx, stream, rows);
      return generation.endHealing(token);
    });
    return healed ?? false;
  }

  private async pushBatch(tx: Tx, stream: OutboxStream): Promise<number> {
    const rows: OutboxRow[] = await takeUnpublished(tx, stream, PUSH_BATCH);
    if (rows.length === 0) return 0;
    await this.live.push(tx, stream, rows);
    await markPublished(
      tx,
      rows.map((row) => row.id),
    );
    return rows.length;
  }

  private generation(stream: OutboxStream): StreamGeneration {
    return new StreamGeneration(this.redis, stream);
  }
}
