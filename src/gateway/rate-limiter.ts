import { assert } from '../domain/kernel/assert';
import { toLimits, type LimitSettings } from '../domain/llm/limit-rules';
import { RatePolicy } from '../domain/llm/rate-policy';

/** The limits of a small account at a provider. */
const DEFAULTS: LimitSettings = {
  requestsPerMinute: 60,
  requestsPerHour: 3_000,
  requestsPerDay: 50_000,
  tokensPerMinute: 100_000,
  spendPerMinuteMicroUsd: 0,
  concurrentRequests: 10,
};
/** No lease ends while its process lives: a request that is never released is a defect of the caller. */
const LEASE_MS = 86_400_000;

export interface RateLimiterStatistics {
  totalRequests: number;
  /** As estimated, or as `release` said. */
  totalTokens: number;
  /** Waiting now. */
  waiting: number;
  inFlight: number;
  totalWaitMs: number;
  averageWaitMs: number;
  longestWaitMs: number;
  /** Acquisitions that were not granted in time. */
  timeouts: number;
}

/** The same limits for programs that use no Redis: for one process, in memory. */
export interface RateLimiter {
  /** Waits for permission to make one call. @throws Error named TimeoutError when it waited for `timeoutMs`. */
  acquire(estimatedTokens?: number, options?: { timeoutMs?: number }): Promise<void>;
  /** Ends the oldest call under way; `usedTokens` replaces its estimate. */
  release(usedTokens?: number): void;
  getStatistics(): RateLimiterStatistics;
}

interface Waiter {
  operation: string;
  tokens: number;
  beganMs: number;
  timer: NodeJS.Timeout | undefined;
  resolve(): void;
}

export function createRateLimiter(settings: Partial<LimitSettings> = {}): RateLimiter {
  return new MemoryLimiter(new RatePolicy(toLimits({ ...DEFAULTS, ...settings })));
}

class MemoryLimiter implements RateLimiter {
  readonly #waiters: Waiter[] = [];
  readonly #underWay: { operation: string; tokens: number }[] = [];
  readonly #totals = { totalRequests: 0, totalTokens: 0, totalWaitMs: 0, longestWaitMs: 0, timeouts: 0 };
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly policy: RatePolicy) {}

  acquire(estimatedTokens = 1000, { timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    assert(
      Number.isSafeInteger(estimatedTokens) && estimatedTokens >= 0,
      `acquire: ${estimatedTokens} is no token count`,
    );
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        operation: String((this.#asked += 1)),
        tokens: estimatedTokens,
        beganMs: performance.now(),
        timer: undefined,
        resolve,
      };
      if (timeoutMs !== undefined) waiter.timer = setTimeout(() => this.#giveUp(waiter, timeoutMs, reject), timeoutMs);
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  release(usedTokens?: number): void {
    const ended = this.#underWay.shift();
    if (!ended) return;
    const needed = usedTokens === undefined ? undefined : { tokens: usedTokens, microUsd: 0 };
    this.policy.release(performance.now(), ended.operation, { answered: true, needed });
    if (usedTokens !== undefined) this.#totals.totalTokens += usedTokens - ended.tokens;
    this.#serve();
  }

  getStatistics(): RateLimiterStatistics {
    const { totalRequests, totalWaitMs } = this.#totals;
    return {
      ...this.#totals,
      waiting: this.#waiters.length,
      inFlight: this.#underWay.length,
      averageWaitMs: totalRequests === 0 ? 0 : totalWaitMs / totalRequests,
    };
  }

  #serve(): void {
    clearTimeout(this.#timer);
    for (let [waiter] = this.#waiters; waiter; [waiter] = this.#waiters) {
      const { operation, tokens } = waiter;
      const now = performance.now();
      const { refused } = this.policy.acquire(now, [{ operation, tokens, microUsd: 0 }], LEASE_MS);
      if (refused) {
        this.#timer = setTimeout(() => this.#serve(), Math.min(refused.waitMs, 2 ** 30));
        return;
      }
      this.policy.arrived(now, operation);
      this.#grant(waiter, now - waiter.beganMs);
    }
  }

  #grant(waiter: Waiter, waitedMs: number): void {
    this.#waiters.shift();
    clearTimeout(waiter.timer);
    this.#underWay.push(waiter);
    this.#totals.totalRequests += 1;
    this.#totals.totalTokens += waiter.tokens;
    this.#totals.totalWaitMs += waitedMs;
    this.#totals.longestWaitMs = Math.max(this.#totals.longestWaitMs, waitedMs);
    waiter.resolve();
  }

  #giveUp(waiter: Waiter, timeoutMs: number, reject: (error: Error) => void): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    this.#totals.timeouts += 1;
    const { used, limits } = this.policy.usage(performance.now());
    const error = new Error(`no permit within ${timeoutMs} ms; used ${used.join(', ')} of ${limits.join(', ')}`);
    error.name = 'TimeoutError';
    reject(error);
    this.#serve();
  }
}
