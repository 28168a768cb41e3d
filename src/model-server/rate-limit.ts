import { ApiError } from './http/api-error';

const WINDOW_MS = 60_000;

/**
 * Hard limit of accepted requests in any 60 s (a sliding count, as strict as a provider can be), and the headers in
 * which providers publish it.
 */
export class RequestsPerMinute {
  readonly #acceptedAtMs: number[] = [];

  constructor(private readonly limit: number) {}

  /** @returns headers of the accepted request. @throws ApiError 429 with the wait in ms. */
  admit(nowMs: number): Record<string, string> {
    this.#dropOld(nowMs);
    if (this.#acceptedAtMs.length >= this.limit) throw this.#rejection(nowMs);
    this.#acceptedAtMs.push(nowMs);
    return this.#headers(nowMs);
  }

  #dropOld(nowMs: number): void {
    const firstInside = this.#acceptedAtMs.findIndex((atMs) => atMs > nowMs - WINDOW_MS);
    this.#acceptedAtMs.splice(0, firstInside === -1 ? this.#acceptedAtMs.length : firstInside);
  }

  #headers(nowMs: number): Record<string, string> {
    return {
      'x-ratelimit-limit-requests': String(this.limit),
      'x-ratelimit-remaining-requests': String(this.limit - this.#acceptedAtMs.length),
      'x-ratelimit-reset-requests': `${this.#waitMs(nowMs)}ms`,
    };
  }

  /** Until the oldest request leaves the window; 1 ms more, because the window is closed at its old end. */
  #waitMs(nowMs: number): number {
    const oldestAtMs = this.#acceptedAtMs[0];
    return oldestAtMs === undefined ? 0 : Math.max(1, oldestAtMs + WINDOW_MS - nowMs + 1);
  }

  #rejection(nowMs: number): ApiError {
    const waitMs = this.#waitMs(nowMs);
    const message = `Rate limit reached for requests: limit ${this.limit} / min. Please try again in ${waitMs}ms.`;
    const headers = {
      ...this.#headers(nowMs),
      'retry-after-ms': String(waitMs),
      'retry-after': String(Math.ceil(waitMs / 1000)),
    };
    return new ApiError(429, { message, type: 'requests', param: null, code: 'rate_limit_exceeded' }, headers);
  }
}
