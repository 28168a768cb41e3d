import type { ProviderFailureFacts } from '../adapters/llm/provider';
import type { Limiter } from '../adapters/redis/limiter';
import { LonghaulError } from '../domain/kernel/errors';
import { amountOf, windowTooSmallFor, type LimitScope } from '../domain/llm/limits';
import { observationsIn } from '../domain/llm/rate-headers';
import type { PermitEnd } from '../domain/llm/rate-policy';
import type { Headers } from '../domain/llm/retry-after';
import type { Log } from './log';
import { PermitQueue, type WantedPermit } from './permit-queue';
import { sleep } from './sleep';
import type { Waiting } from './waiting';

export type { WantedPermit } from './permit-queue';

/** How often a waiting call says that it lives and why it waits. */
const TICK_MS = 500;
/** A 429 that names no wait still means: all of you, slower. */
const PAUSE_WITHOUT_HINT_MS = 1_000;

/** The permits of this process: one queue per scope, and what happens to a permit after it was granted. */
export class Permits {
  readonly #queues = new Map<LimitScope, PermitQueue>();

  constructor(
    private readonly limiter: Limiter,
    private readonly leaseMs: number,
    private readonly log: Log,
  ) {}

  /** Whether there was one to be had without waiting. */
  async takeAtOnce(wanted: WantedPermit): Promise<boolean> {
    if (windowTooSmallFor(wanted.scope.limits, wanted)) return false;
    return this.#queueOf(wanted.scope).takeAtOnce(wanted);
  }

  /**
   * @throws LonghaulError RateLimited | QueueTimeout when the wait is too long, RequestTooLargeForLimit, or the signal's
   *   reason.
   */
  async take(wanted: WantedPermit, waiting: Waiting, signal: AbortSignal): Promise<void> {
    refuseTooLarge(wanted);
    const queue = this.#queueOf(wanted.scope);
    const left = new AbortController();
    const leaving = AbortSignal.any([signal, left.signal]);
    const permit = queue.take(wanted, waiting.leftMs, leaving);
    waiting.began();
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
  async arrived({ scope, operation }: WantedPermit, headers: Headers = {}): Promise<void> {
    const observed = observationsIn(headers, scope.limits.windows, Date.now());
    await this.#bestEffort('an arrival could not be noted', scope.credential, () =>
      this.limiter.arrived(scope, operation, observed),
    );
  }

  async release({ scope, operation }: WantedPermit, end: PermitEnd): Promise<void> {
    await this.#bestEffort('a permit could not be given back; its lease ends it', scope.credential, () =>
      this.limiter.release(scope, operation, end),
    );
    this.#queueOf(scope).wake();
  }

  /** What a failure says of the limits: a 429 stops all of them for a while, a 5xx only keeps them from growing. */
  async failed({ scope }: WantedPermit, facts: ProviderFailureFacts): Promise<void> {
    const message = 'what a provider said of its limits could not be shared';
    if (facts.status === 429 && facts.class.startsWith('retryable')) {
      const observed = observationsIn(facts.limitHeaders ?? {}, scope.limits.windows, Date.now());
      const pauseMs = facts.retryAfterMs ?? PAUSE_WITHOUT_HINT_MS;
      await this.#bestEffort(message, scope.credential, () => this.limiter.throttled(scope, pauseMs, observed));
    } else if (facts.status !== null && facts.status >= 500) {
      await this.#bestEffort(message, scope.credential, () => this.limiter.overloaded(scope));
    }
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

  #queueOf(scope: LimitScope): PermitQueue {
    const found = this.#queues.get(scope) ?? new PermitQueue(this.limiter, scope, this.leaseMs, this.log);
    this.#queues.set(scope, found);
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

/** It would wait for ever. */
function refuseTooLarge({ scope, callKey, ...wanted }: WantedPermit): void {
  const window = windowTooSmallFor(scope.limits, wanted);
  if (!window) return;
  const { name, limit } = window;
  throw new LonghaulError('RequestTooLargeForLimit', {
    callKey,
    cost: amountOf(window, wanted),
    limit: name,
    size: limit,
  });
}
