import type { Redis } from 'ioredis';
import { execAll } from './pipeline';

/** What one outbox row becomes on a stream. */
export interface StreamAppend {
  /** Redis key. */
  stream: string;
  outboxId: number;
  tenant: string;
  data: unknown;
  /** About how many entries the stream keeps. */
  maxLength: number;
  /** The stream goes this long after its last entry; never without it. */
  ttlMs?: number;
}

/** Appends in order. Not idempotent, and need not be: readers drop what has an outbox id they know. */
export async function appendToStreams(redis: Redis, entries: readonly StreamAppend[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { stream, outboxId, tenant, data, maxLength, ttlMs } of entries) {
    pipeline.xadd(
      stream,
      'MAXLEN',
      '~',
      maxLength,
      '*',
      'id',
      outboxId,
      'tenant',
      tenant,
      'data',
      JSON.stringify(data),
    );
    if (ttlMs !== undefined) pipeline.pexpire(stream, ttlMs);
  }
  await execAll(pipeline);
}

export interface StreamEntry {
  /** Redis's id of the entry: where to go on from. */
  cursor: string;
  outboxId: number;
  tenant: string;
  data: unknown;
}

/** As Redis answers: id and a flat list of names and values; null where a trimmed entry was still pending. */
export type RawEntry = [id: string, fields: string[] | null];

export function parseEntries(raw: readonly RawEntry[]): StreamEntry[] {
  return raw.flatMap(([cursor, fields]) => (fields === null ? [] : [parseEntry(cursor, fields)]));
}

function parseEntry(cursor: string, fields: readonly string[]): StreamEntry {
  const named = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) named.set(fields[at]!, fields[at + 1]!);
  const data: unknown = JSON.parse(named.get('data') ?? 'null');
  return { cursor, outboxId: Number(named.get('id')), tenant: named.get('tenant') ?? '', data };
}
