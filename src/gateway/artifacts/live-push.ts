import type { Pool, Tx } from '../../adapters/postgres';
import { timedArtifacts } from '../../adapters/postgres/artifact-search';
import type { OutboxRow, OutboxStream } from '../../adapters/postgres/outbox';
import type { RedisConnection } from '../../adapters/redis';
import { ARTIFACT_STREAM, topicStream } from '../../adapters/redis/artifact-keys';
import { appendToStreams, type StreamAppend } from '../../adapters/redis/artifact-stream';
import { leanHeader, type TimedHeader } from '../../domain/artifacts/header';
import { SessionIndex } from './session-index';

/** Entries the artifact stream keeps, and so what a refill has to bring back. */
export const STREAM_LENGTH = 100_000;
/** A run's own stream: its readers are people who look on, and history is in PostgreSQL. */
const TOPIC_LENGTH = 10_000;
const TOPIC_TTL_MS = 24 * 60 * 60 * 1000;

/** Writes outbox rows where live readers look: artifacts to index, timeline and stream, events to the stream of their topic. */
export class LivePush {
  private readonly sessions: SessionIndex;

  constructor(
    pool: Pool,
    private readonly redis: RedisConnection,
  ) {
    this.sessions = new SessionIndex(pool, redis);
  }

  /** Safe to repeat. @throws when Redis does not take all of it; the rows must then be pushed again. */
  async push(tx: Tx, stream: OutboxStream, rows: readonly OutboxRow[]): Promise<void> {
    await (stream === 'artifact' ? this.pushArtifacts(tx, rows) : this.pushEvents(rows));
  }

  /** The index first: who learns of an artifact from the stream finds it there. */
  private async pushArtifacts(tx: Tx, rows: readonly OutboxRow[]): Promise<void> {
    const byRef = await timedArtifacts(
      tx,
      rows.map((row) => String(row.payload.ref)),
    );
    await this.sessions.add([...byRef.values()]);
    const entries = rows.flatMap((row) => {
      const artifact = byRef.get(String(row.payload.ref));
      return artifact ? [artifactEntry(row, artifact)] : []; // deleted since: nothing to announce
    });
    await appendToStreams(this.redis, entries);
  }

  private async pushEvents(rows: readonly OutboxRow[]): Promise<void> {
    const entries = rows.map(({ id, tenant, topic, payload }) => ({
      stream: topicStream(topic),
      outboxId: id,
      tenant,
      data: payload,
      maxLength: TOPIC_LENGTH,
      ttlMs: TOPIC_TTL_MS,
    }));
    await appendToStreams(this.redis, entries);
  }
}

function artifactEntry({ id, tenant }: OutboxRow, { header }: TimedHeader): StreamAppend {
  return { stream: ARTIFACT_STREAM, outboxId: id, tenant, data: leanHeader(header), maxLength: STREAM_LENGTH };
}
