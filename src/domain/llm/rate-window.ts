import { amountOf, type Amounts, type RateWindow } from './limits';

/** A window is counted in so many parts: it is at most one part longer than published, which costs 0.5 % of it. */
const PARTS = 200;
/** A limit that the provider named lower than ours rises again by a tenth of itself per minute. */
const RECOVERY_MS = 60_000;

/**
 * One sliding window, counted in sub-buckets: what arrived within a part counts until a whole window after the part's
 * end, so that no window of that length, wherever it begins, holds more than its limit. What has left and not yet
 * arrived counts in every window. Time is passed in and never runs backwards.
 */
export class SlidingWindow {
  readonly stepMs: number;
  readonly #buckets = new Map<number, number>();
  #total = 0;
  #travelling = 0;
  /** When the token bucket inside is full again. */
  #fullAt = 0;
  #learned: { limit: number; at: number } | null = null;

  constructor(readonly window: RateWindow) {
    this.stepMs = stepOf(window.windowMs);
  }

  get used(): number {
    return this.#total + this.#travelling;
  }

  /** What expired is forgotten. Before everything else. */
  advance(now: number): void {
    for (const [bucket, amount] of this.#buckets) {
      if (bucket > this.#lastExpired(now)) continue;
      this.#total -= amount;
      this.#buckets.delete(bucket);
    }
  }

  /** It arrived before anybody counted here. */
  recall(now: number, at: number, amount: number): void {
    this.#charge(now, at, amount);
  }

  /** 0 when this much may leave now, else how long to wait. Alone in its window, a request may exceed a learned limit. */
  waitMs(now: number, amounts: Amounts): number {
    const amount = amountOf(this.window, amounts);
    const limit = this.limitAt(now);
    const over = this.used + amount - limit;
    return Math.max(over > 0 && this.used > 0 ? this.#roomIn(now, over) : 0, this.#smoothing(now, amount, limit));
  }

  leave(now: number, amounts: Amounts): void {
    const amount = amountOf(this.window, amounts);
    this.#travelling += amount;
    if (this.window.burst === undefined) return;
    this.#fullAt = Math.max(this.#fullAt, now) + (amount * this.window.windowMs) / this.limitAt(now);
  }

  /** It never left. */
  comeBack(now: number, amounts: Amounts): void {
    const amount = amountOf(this.window, amounts);
    this.#travelling -= amount;
    this.#refill(now, amount);
  }

  arrive(now: number, at: number, amounts: Amounts): void {
    const amount = amountOf(this.window, amounts);
    this.#travelling -= amount;
    this.#charge(now, at, amount);
  }

  /** What it needed in truth replaces what it could have needed, where that was counted. */
  settle(now: number, at: number, granted: Amounts, needed: Amounts): void {
    const more = amountOf(this.window, needed) - amountOf(this.window, granted);
    this.#charge(now, at, more);
    this.#refill(now, -more);
  }

  /** The provider's own word: its limit, what is left of it, and when that is whole again. */
  observe(now: number, { limit, remaining, resetMs }: Observed): void {
    if (limit < this.limitAt(now)) this.#learned = { limit: Math.max(1, limit), at: now };
    const unseen = this.limitAt(now) - this.used - remaining;
    const at = now + Math.min(resetMs, this.window.windowMs) - this.window.windowMs;
    if (unseen > 0) this.#charge(now, at, unseen);
  }

  limitAt(now: number): number {
    if (!this.#learned) return this.window.limit;
    const tenths = Math.floor((now - this.#learned.at) / RECOVERY_MS);
    return Math.min(this.window.limit, Math.floor((this.#learned.limit * (10 + tenths)) / 10));
  }

  #lastExpired(now: number): number {
    return Math.floor((now - this.window.windowMs) / this.stepMs) - 1;
  }

  #charge(now: number, at: number, amount: number): void {
    const bucket = Math.floor(at / this.stepMs);
    if (amount === 0 || bucket <= this.#lastExpired(now)) return;
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + amount);
    this.#total += amount;
  }

  #refill(now: number, amount: number): void {
    if (this.window.burst === undefined) return;
    this.#fullAt -= (amount * this.window.windowMs) / this.limitAt(now);
  }

  #roomIn(now: number, over: number): number {
    let freed = 0;
    for (const bucket of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      freed += this.#buckets.get(bucket)!;
      if (freed >= Math.min(over, this.used)) return (bucket + 1) * this.stepMs + this.window.windowMs - now;
    }
    return TRAVELLING_MS; // what has left arrives at a moment that nobody knows
  }

  #smoothing(now: number, amount: number, limit: number): number {
    if (this.window.burst === undefined) return 0;
    const perUnit = this.window.windowMs / limit;
    const fullAt = Math.max(this.#fullAt, now) + amount * perUnit;
    return Math.max(0, Math.ceil(fullAt - now - Math.max(this.window.burst, amount) * perUnit));
  }
}

/** How soon to look again when what binds is the end of a request. */
export const TRAVELLING_MS = 50;

export interface Observed {
  limit: number;
  remaining: number;
  resetMs: number;
}

export function stepOf(windowMs: number): number {
  return Math.max(1, Math.ceil(windowMs / PARTS));
}
