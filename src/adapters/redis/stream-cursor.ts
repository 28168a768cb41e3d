import type { Redis } from 'ioredis';
import { parseEntries, type StreamEntry } from './artifact-stream';
import type { SeenIds } from './seen-ids';

/** How a reader keeps its place on a stream. */
export interface StreamCursor {
  /** Finds the place where it left off or begins; called before the first read and after `lost`. */
  prepare(redis: Redis): Promise<void>;
  /** Waits up to `blockMs` for entries. */
  read(redis: Redis): Promise<StreamEntry[]>;
  /** The reader is done with an entry. */
  done(redis: Redis, entry: StreamEntry): Promise<void>;
  /** The stream was emptied and filled again: everything is to be read anew. */
  restart(): void;
}

export const BLOCK_MS = 5_000;
export const READ_COUNT = 100;
const BEGINNING = '0-0';
/** How much of a stream's end a reader that starts now remembers, so that a refill does not show it as new. */
const REMEMBERED = 1_000;

/** A reader of its own: sees every entry. `from`: `start`, `now`, or the cursor of the last entry it had. */
export class SoleCursor implements StreamCursor {
  private position: string | undefined;

  constructor(
    private readonly stream: string,
    private readonly from: string,
    private readonly seen: SeenIds,
  ) {}

  async prepare(redis: Redis): Promise<void> {
    if (this.position !== undefined) return;
    const newest = parseEntries(await redis.xrevrange(this.stream, '+', '-', 'COUNT', REMEMBERED));
    if (this.from === 'now') this.seen.startAfter(newest.map((entry) => entry.outboxId));
    this.position = this.startingPoint(newest[0]?.cursor);
  }

  async read(redis: Redis): Promise<StreamEntry[]> {
    const answer = await redis.xread('COUNT', READ_COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', this.stream, this.position!);
    return parseEntries(answer?.[0]?.[1] ?? []);
  }

  async done(_redis: Redis, entry: StreamEntry): Promise<void> {
    this.position = entry.cursor;
  }

  restart(): void {
    this.position = BEGINNING;
  }

  private startingPoint(newest: string | undefined): string {
    if (this.from === 'start') return BEGINNING;
    if (this.from === 'now') return newest ?? BEGINNING;
    // A cursor ahead of the stream is from one that is gone, kept by a server whose clock was ahead: nothing would come.
    return newest !== undefined && isAfter(this.from, newest) ? BEGINNING : this.from;
  }
}

function isAfter(a: string, b: string): boolean {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs > bMs || (aMs === bMs && aSeq > bSeq);
}
