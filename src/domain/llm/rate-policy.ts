import { AdaptiveConcurrency } from './concurrency';
import {
  CONCURRENCY,
  RETRY_AFTER,
  type Amounts,
  type Limits,
  type Permit,
  type PermitRequest,
  type SetAnswer,
} from './limits';
import type { CountedUsage } from './limit-share';
import { SlidingWindow, TRAVELLING_MS, type Observed } from './rate-window';

/** How a granted request ended. */
export type PermitEnd =
  /** No request left: its place in the windows is free again. */
  | { unused: true }
  /** Answered, or not; `needed` when the provider said what it used. */
  | { unused?: false; answered: boolean; needed?: Amounts };

/** What the provider said of one window, by its place in the limits. */
export interface Observation extends Observed {
  window: number;
}

interface Held extends Amounts {
  leaseEnd: number;
  arrivedAt: number | null;
}

/**
 * The limits of one scope as a pure state machine: time is passed in, nothing is random, and the same steps give the
 * same answers. It is the limiter of a single process, and the model that the script in Redis is tested against.
 */
export class RatePolicy {
  readonly #windows: SlidingWindow[];
  readonly #concurrency: AdaptiveConcurrency;
  readonly #held = new Map<string, Held>();
  #pausedUntil = 0;
  #now = 0;

  constructor(limits: Limits) {
    this.#windows = limits.windows.map((window) => new SlidingWindow(window));
    this.#concurrency = new AdaptiveConcurrency(limits.concurrent);
  }

  /** What counts already, when it begins: its windows are as full as those that it takes over from. */
  recall(at: number, { sent, underWay }: CountedUsage): void {
    const now = this.#advance(at);
    for (const { window, ageMs, amount } of sent) this.#windows[window]?.recall(now, now - ageMs, amount);
    for (const [nth, { tokens, microUsd, leaseLeftMs }] of underWay.entries()) {
      for (const window of this.#windows) window.leave(now, { tokens, microUsd });
      this.#held.set(`recalled ${nth}`, { tokens, microUsd, leaseEnd: now + leaseLeftMs, arrivedAt: null });
    }
  }

  /** Grants as many as fit, in order; each is charged to all windows or to none. */
  acquire(at: number, requests: readonly PermitRequest[], leaseMs: number): SetAnswer {
    const now = this.#advance(at);
    for (const [granted, request] of requests.entries()) {
      if (this.#held.has(request.operation)) continue;
      const refused = this.#refusal(now, request);
      if (refused) return { granted, refused };
      for (const window of this.#windows) window.leave(now, request);
      const { tokens, microUsd } = request;
      this.#held.set(request.operation, { tokens, microUsd, leaseEnd: now + leaseMs, arrivedAt: null });
    }
    return { granted: requests.length };
  }

  arrived(at: number, operation: string, observed: readonly Observation[] = []): void {
    const now = this.#advance(at);
    this.#arrive(now, now, operation);
    this.#observe(now, observed);
  }

  renew(at: number, operations: readonly string[], leaseMs: number): void {
    const now = this.#advance(at);
    for (const held of operations.flatMap((operation) => this.#held.get(operation) ?? []))
      held.leaseEnd = Math.max(held.leaseEnd, now + leaseMs);
  }

  release(at: number, operation: string, end: PermitEnd): void {
    const now = this.#advance(at);
    const held = this.#held.get(operation);
    if (!held) return;
    if (end.unused && held.arrivedAt === null) {
      for (const window of this.#windows) window.comeBack(now, held);
    } else {
      this.#arrive(now, now, operation);
      const needed = end.unused ? undefined : end.needed;
      if (needed) for (const window of this.#windows) window.settle(now, held.arrivedAt ?? now, held, needed);
    }
    this.#held.delete(operation);
    if (!end.unused && end.answered) this.#concurrency.succeeded(now);
  }

  /** A 429: nobody leaves for `pauseMs` (a longer pause stays), and fewer are under way at once. */
  throttled(at: number, pauseMs: number, observed: readonly Observation[] = []): void {
    const now = this.#advance(at);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pauseMs);
    this.#concurrency.throttled(now);
    this.#observe(now, observed);
  }

  /** A 5xx. */
  overloaded(at: number): void {
    this.#concurrency.overloaded(this.#advance(at));
  }

  /** What counts at this moment, by window, and what may be under way. */
  usage(at: number): { used: number[]; limits: number[]; held: number; concurrent: number; pausedMs: number } {
    const now = this.#advance(at);
    return {
      used: this.#windows.map(({ used }) => used),
      limits: this.#windows.map((window) => window.limitAt(now)),
      held: this.#held.size,
      concurrent: this.#concurrency.now,
      pausedMs: Math.max(0, this.#pausedUntil - now),
    };
  }

  #refusal(now: number, amounts: Amounts): (Permit & { granted: false }) | null {
    const waits: [number, string][] = [
      [this.#pausedUntil - now, RETRY_AFTER],
      [this.#held.size >= this.#concurrency.now ? TRAVELLING_MS : 0, CONCURRENCY],
      ...this.#windows.map((window): [number, string] => [window.waitMs(now, amounts), window.window.name]),
    ];
    const [waitMs, limit] = waits.reduce((longest, wait) => (wait[0] > longest[0] ? wait : longest), [0, '']);
    return waitMs > 0 ? { granted: false, waitMs, limit } : null;
  }

  /** Time never runs backwards; leases that ran out count as arrived at their end, the latest moment they can have. */
  #advance(at: number): number {
    this.#now = Math.max(this.#now, at);
    for (const window of this.#windows) window.advance(this.#now);
    const dead = [...this.#held].filter(([, { leaseEnd }]) => leaseEnd <= this.#now);
    for (const [operation, { leaseEnd }] of dead) {
      this.#arrive(this.#now, leaseEnd, operation);
      this.#held.delete(operation);
    }
    return this.#now;
  }

  #arrive(now: number, at: number, operation: string): void {
    const held = this.#held.get(operation);
    if (!held || held.arrivedAt !== null) return;
    held.arrivedAt = at;
    for (const window of this.#windows) window.arrive(now, at, held);
  }

  #observe(now: number, observed: readonly Observation[]): void {
    for (const { window, ...seen } of observed) this.#windows[window]?.observe(now, seen);
  }
}
