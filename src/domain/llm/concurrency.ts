/** Several requests that were under way together are refused together: that is one refusal. */
const SHRINK_ONCE_MS = 1_000;
const SHRINK = 0.7;
/** After an overloaded answer nothing grows for so long. */
const HOLD_MS = 5_000;

/**
 * How many requests may be under way: a 429 shrinks it, each success lets it grow (by one per round), a 5xx only stops
 * the growth, because it says nothing of our share.
 */
export class AdaptiveConcurrency {
  #current: number;
  #holdUntil = 0;
  #shrunkAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly most: number) {
    this.#current = most;
  }

  get now(): number {
    return Math.max(Math.min(1, this.most), Math.floor(Math.min(this.#current, this.most)));
  }

  succeeded(now: number): void {
    if (now >= this.#holdUntil) this.#current = Math.min(this.most, this.#current + 1 / Math.max(1, this.#current));
  }

  throttled(now: number): void {
    if (now - this.#shrunkAt < SHRINK_ONCE_MS) return;
    this.#shrunkAt = now;
    this.#current = Math.max(1, Math.min(this.#current, this.most) * SHRINK);
  }

  overloaded(now: number): void {
    this.#holdUntil = Math.max(this.#holdUntil, now + HOLD_MS);
  }
}
