import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { generationKey } from './artifact-keys';
import type { StreamEntry } from './artifact-stream';
import type { SeenIds } from './seen-ids';
import { BLOCK_MS, type StreamCursor } from './stream-cursor';

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 2_000;
const REPLY_MS = 3_000;

export interface ReadOptions {
  /** Outbox stream whose generation tells of a flush. */
  generationOf: string;
  signal?: AbortSignal;
  /** Told of each failed read; reading goes on. */
  onProblem?: (error: unknown) => void;
}

/**
 * Follows a stream until `signal` or until the caller leaves its loop. Lives through restarts, cuts and flushes of
 * Redis; entries whose outbox id was seen are dropped. Opens a connection of its own, because a blocking read holds it.
 */
export async function* readStream(
  shared: Redis,
  cursor: StreamCursor,
  seen: SeenIds,
  options: ReadOptions,
): AsyncGenerator<StreamEntry> {
  const redis = shared.duplicate({ commandTimeout: BLOCK_MS + REPLY_MS, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined); // each failed command says the same to `onProblem`
  const stop = disconnectOnce(redis);
  options.signal?.addEventListener('abort', stop);
  try {
    const reads = new PatientReads(redis, cursor, options);
    while (!options.signal?.aborted) {
      for (const entry of await reads.next()) {
        if (seen.add(entry.outboxId)) yield entry;
        await reads.done(entry);
      }
    }
  } finally {
    options.signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** A second `disconnect` of a closed client leaves a timer that holds the process for two seconds. */
function disconnectOnce(redis: Redis): () => void {
  let open = true;
  return () => {
    if (open) redis.disconnect();
    open = false;
  };
}

class PatientReads {
  private generation: string | null = null;
  private prepared = false;
  private backoffMs = FIRST_BACKOFF_MS;

  constructor(
    private readonly redis: Redis,
    private readonly cursor: StreamCursor,
    private readonly options: ReadOptions,
  ) {}

  /** Entries, or none when nothing came in time or the read failed. */
  async next(): Promise<StreamEntry[]> {
    try {
      await this.noticeRefill();
      if (!this.prepared) await this.cursor.prepare(this.redis);
      this.prepared = true;
      const entries = await this.cursor.read(this.redis);
      this.backoffMs = FIRST_BACKOFF_MS;
      return entries;
    } catch (error) {
      await this.recover(error);
      return [];
    }
  }

  /** An entry whose acknowledgement fails comes again and is dropped as known; no reason to stop. */
  async done(entry: StreamEntry): Promise<void> {
    await this.cursor.done(this.redis, entry).catch((error: unknown) => this.options.onProblem?.(error));
  }

  private async noticeRefill(): Promise<void> {
    const generation = await this.redis.get(generationKey(this.options.generationOf));
    if (generation === null) return; // empty, or not filled yet
    if (this.generation !== null && this.generation !== generation) this.cursor.restart();
    this.generation = generation;
  }

  private async recover(error: unknown): Promise<void> {
    if (this.options.signal?.aborted) return;
    this.options.onProblem?.(error);
    // A flush took the group, or the key we were waiting on, with it.
    if (/NOGROUP|UNBLOCKED/.test(String(error))) this.cursor.restart();
    this.prepared = false;
    await pause(this.backoffMs, undefined, { signal: this.options.signal }).catch(() => undefined);
    this.backoffMs = Math.min(LONGEST_BACKOFF_MS, this.backoffMs * 2);
  }
}
