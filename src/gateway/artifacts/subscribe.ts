import type { RedisConnection } from '../../adapters/redis';
import { ARTIFACT_STREAM, topicStream } from '../../adapters/redis/artifact-keys';
import { SeenIds } from '../../adapters/redis/seen-ids';
import { SoleCursor } from '../../adapters/redis/stream-cursor';
import { GroupCursor, type GroupMember } from '../../adapters/redis/stream-group-cursor';
import { readStream } from '../../adapters/redis/stream-reader';
import type { OutboxStream } from '../../adapters/postgres/outbox';
import type { LeanHeader } from '../../domain/artifacts/header';
import { matchesFilter, type ArtifactFilter } from '../../domain/artifacts/search';
import type { Log } from '../log';

interface Following {
  tenant: string;
  /** `start`: all that is held (about 100,000); `now`: what comes; else the cursor of the last event that was handled. */
  from: 'start' | 'now' | (string & {});
  signal?: AbortSignal;
}

export interface Subscription extends Following, ArtifactFilter {
  sessionId?: string;
  /**
   * Members of a group share the artifacts: each goes to one of them, and again to another if that one dies before it
   * asks for the next. Alone, a subscriber sees each artifact once, whatever happens to Redis or the relay.
   */
  member?: GroupMember;
}

export interface ArtifactEvent {
  /** Where to go on from. */
  cursor: string;
  /** Same artifact, same id: what a subscriber that restarts recognises repetitions by. */
  id: number;
  header: LeanHeader;
}

export interface TopicSubscription extends Following {
  topic: string;
}

export interface TopicEvent {
  cursor: string;
  id: number;
  data: Record<string, unknown>;
}

export async function* subscribeArtifacts(
  redis: RedisConnection,
  subscription: Subscription,
  log: Log,
): AsyncGenerator<ArtifactEvent> {
  const { tenant, sessionId, from, signal, member } = subscription;
  const seen = new SeenIds();
  const cursor = member ? new GroupCursor(ARTIFACT_STREAM, member, from) : new SoleCursor(ARTIFACT_STREAM, from, seen);
  for await (const entry of readStream(redis, cursor, seen, readOptions('artifact', log, signal))) {
    const header = entry.data as LeanHeader;
    const wanted =
      entry.tenant === tenant &&
      (sessionId === undefined || header.sessionId === sessionId) &&
      matchesFilter(header, subscription);
    if (wanted) yield { cursor: entry.cursor, id: entry.outboxId, header };
  }
}

export async function* subscribeTopic(
  redis: RedisConnection,
  { tenant, topic, from, signal }: TopicSubscription,
  log: Log,
): AsyncGenerator<TopicEvent> {
  const seen = new SeenIds();
  const cursor = new SoleCursor(topicStream(topic), from, seen);
  for await (const entry of readStream(redis, cursor, seen, readOptions('run-event', log, signal))) {
    if (entry.tenant === tenant)
      yield { cursor: entry.cursor, id: entry.outboxId, data: entry.data as Record<string, unknown> };
  }
}

export function readOptions(generationOf: OutboxStream, log: Log, signal?: AbortSignal) {
  return {
    generationOf,
    signal,
    onProblem: (error: unknown) => log.warn({ err: error }, 'subscription: Redis does not answer; it is asked again'),
  };
}
