import { setTimeout as delay } from 'node:timers/promises';
import { OUTBOX_STREAMS, type OutboxStream } from '../../adapters/postgres/outbox';
import { PUSH_BATCH, type OutboxPump } from './outbox-pump';

/**
 * What commits within this time goes out together. A push costs 12 round trips to PostgreSQL and 5 to Redis however few
 * rows it moves: without the pause they were half of what an llm worker and PostgreSQL did in a chain of quick calls.
 * Nobody who looks on sees 50 ms.
 */
const GATHER_MS = 50;
/**
 * Under constant work pushes follow each other no sooner: every 50 ms they were a fifth of the llm worker's time. The relay
 * looks five times as often, in one process for all.
 */
const INTERVAL_MS = 1_000;

/**
 * Publishes soon after a commit instead of with the relay's next look. Best effort: what fails here, or finds another
 * process at it, is the relay's. Calls made while a push runs are one more push after it, however many they are.
 */
export class ImmediatePush {
  private readonly running = new Map<OutboxStream, Promise<void>>();
  private readonly wanted = new Set<OutboxStream>();
  private readonly pushedAt = new Map<OutboxStream, number>();
  private readonly closing = new AbortController();

  constructor(
    private readonly pump: Pick<OutboxPump, 'push'>,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /** Returns at once. */
  request(): void {
    if (this.closing.signal.aborted) return;
    for (const stream of OUTBOX_STREAMS) {
      this.wanted.add(stream);
      if (!this.running.has(stream))
        this.running.set(
          stream,
          this.run(stream).finally(() => this.running.delete(stream)),
        );
    }
  }

  /** Pushes what is wanted already, without the pause; takes nothing new. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.running.values());
  }

  private async run(stream: OutboxStream): Promise<void> {
    try {
      while (this.wanted.has(stream)) {
        await this.gather(stream);
        this.wanted.delete(stream);
        // A batch that was not full took all there was.
        while ((await this.pump.push(stream)) === PUSH_BATCH) if (this.closing.signal.aborted) return;
        this.pushedAt.set(stream, performance.now());
      }
    } catch (error) {
      this.onProblem(error);
    }
  }

  private async gather(stream: OutboxStream): Promise<void> {
    const sinceMs = performance.now() - (this.pushedAt.get(stream) ?? -Infinity);
    const waitMs = Math.max(GATHER_MS, INTERVAL_MS - sinceMs);
    await delay(waitMs, undefined, { signal: this.closing.signal }).catch(() => undefined); // close() ends the pause
  }
}
