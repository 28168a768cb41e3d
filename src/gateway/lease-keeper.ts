import type { Pool } from '../adapters/postgres/connection';
import { renew } from '../adapters/postgres/ledger';
import type { Limiter } from '../adapters/redis/limiter';
import type { Log } from './log';
import type { WantedPermit } from './permits';

/** An attempt that this process owns, from its reservation to its settlement. */
export interface KeptAttempt {
  callKey: string;
  n: number;
  epoch: number;
  permit: WantedPermit;
  /** Aborted when the attempt turns out to belong to somebody else. */
  lost: AbortController;
  /** Being settled: it is renewed on, but no longer being ours may just mean that the settlement was committed. */
  closing: boolean;
}

/** One lease must survive many missed renewals: 15 at the default lease of 15 s. */
const INTERVAL_MS = 1_000;

/**
 * Renews what this process owns, all of it in one statement per second, however many calls are under way. An attempt
 * that is no longer ours is aborted: its answer would be late, and another process may be paying for the same call.
 */
export class LeaseKeeper {
  readonly #kept = new Set<KeptAttempt>();
  #timer: NodeJS.Timeout | null = null;
  #renewing = false;

  constructor(
    private readonly pool: Pool,
    private readonly limiter: Limiter,
    private readonly leaseMs: number,
    private readonly log: Log,
  ) {}

  keep(attempt: KeptAttempt): void {
    this.#kept.add(attempt);
    this.#timer ??= setInterval(() => void this.#renew(), Math.min(INTERVAL_MS, this.leaseMs / 4));
  }

  drop(attempt: KeptAttempt): void {
    this.#kept.delete(attempt);
    if (this.#kept.size > 0 || !this.#timer) return;
    clearInterval(this.#timer); // nothing to renew: no timer that holds the process or asks the database
    this.#timer = null;
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return; // a slow database must not be asked faster than it answers
    this.#renewing = true;
    try {
      await Promise.all([this.#renewAttempts([...this.#kept]), this.#renewPermits([...this.#kept])]);
    } finally {
      this.#renewing = false;
    }
  }

  async #renewAttempts(attempts: KeptAttempt[]): Promise<void> {
    try {
      const owned = new Set(
        (await renew(this.pool, attempts, this.leaseMs)).map(({ callKey, n }) => `${callKey}#${n}`),
      );
      for (const attempt of attempts.filter(({ callKey, n }) => !owned.has(`${callKey}#${n}`))) {
        if (!this.#kept.has(attempt) || attempt.closing) continue;
        this.log.warn(
          { callKey: attempt.callKey, n: attempt.n },
          'attempt was lost to another process; it is aborted here',
        );
        attempt.lost.abort(new Error('the lease of this attempt was lost'));
      }
    } catch (error) {
      this.log.warn({ err: error, attempts: attempts.length }, 'leases could not be renewed; tried again in a second');
    }
  }

  async #renewPermits(attempts: KeptAttempt[]): Promise<void> {
    try {
      await this.limiter.renew(
        attempts.map(({ permit }) => permit.operation),
        this.leaseMs,
      );
    } catch (error) {
      this.log.warn({ err: error }, 'permits could not be renewed; tried again in a second');
    }
  }
}
