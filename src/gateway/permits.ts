import type { Limiter } from '../adapters/redis/limiter';
import type { Log } from './log';
import { PermitQueue } from './permit-queue';
import { sleep } from './sleep';
import type { Waiting } from './waiting';

/** How often a waiting call says that it lives and why it waits. */
const TICK_MS = 500;

/** The permits of this process: one queue per credential, and what happens to a permit after it was granted. */
export class Permits {
  readonly #queues = new Map<string, PermitQueue>();

  constructor(
    private readonly limiter: Limiter,
    private readonly leaseMs: number,
    private readonly log: Log,
  ) {}

  /** Whether there was one to be had without waiting. */
  async takeAtOnce(credential: string, operation: string): Promise<boolean> {
    return await this.#queueOf(credential).takeAtOnce(operation);
  }

  /** @throws LonghaulError RateLimited | QueueTimeout when the wait is too long, or the signal's reason. */
  async take(credential: string, operation: string, waiting: Waiting, signal: AbortSignal): Promise<void> {
    const queue = this.#queueOf(credential);
    const left = new AbortController();
    const leaving = AbortSignal.any([signal, left.signal]);
    const permit = queue.take(operation, waiting.leftMs, leaving);
    permit.catch(() => undefined); // it is awaited below, but a failing turn may come first
    try {
      for (;;) {
        const answer = await Promise.race([permit, sleep(TICK_MS, leaving)]);
        if (answer?.granted) return waiting.ended();
        const { waitMs, limit } = answer ?? queue.binding;
        if (answer) throw await waiting.giveUp({ for: 'rate-limit', limit }, waitMs);
        await waiting.turn({ for: 'rate-limit', limit }, waitMs);
      }
    } finally {
      left.abort();
    }
  }

  /** The request has reached the provider. Not said, it counts until its permit is released: too long, never too short. */
  async arrived(credential: string, operation: string): Promise<void> {
    await this.#bestEffort('an arrival could not be noted', credential, () =>
      this.limiter.arrived(credential, operation),
    );
  }

  async release(credential: string, operation: string, unused: boolean): Promise<void> {
    await this.#bestEffort('a permit could not be given back; its lease ends it', credential, () =>
      this.limiter.release(credential, operation, unused),
    );
    this.#queueOf(credential).wake();
  }

  /** The provider said 429: nobody asks before `ms` have passed. */
  async pause(credential: string, ms: number): Promise<void> {
    await this.#bestEffort('the pause that a provider asked for could not be shared', credential, () =>
      this.limiter.pause(credential, ms),
    );
  }

  async releaseOwners(credential: string, owners: readonly string[]): Promise<void> {
    await this.#bestEffort(
      'permits of dead processes could not be freed; their leases end them',
      credential,
      async () => {
        const freed = await this.limiter.releaseOwners(credential, owners);
        if (freed > 0) this.log.info({ credential, freed }, 'freed permits of dead processes');
      },
    );
  }

  #queueOf(credential: string): PermitQueue {
    const found = this.#queues.get(credential) ?? new PermitQueue(this.limiter, credential, this.leaseMs, this.log);
    this.#queues.set(credential, found);
    return found;
  }

  async #bestEffort(message: string, credential: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.log.warn({ err: error, credential }, message);
    }
  }
}
