import type { Limiter, UsageHistory } from '../adapters/redis/limiter';
import { LonghaulError } from '../domain/kernel/errors';
import type { LimitScope, SetAnswer } from '../domain/llm/limits';
import { LocalShare } from './local-share';
import type { Log } from './log';

export interface ShareOptions {
  /** Processes that share the limits; each has one part of them. */
  parts: number;
  history: UsageHistory;
  log: Log;
  /** An outage that is shorter is waited for. */
  afterMs?: number;
}

/** The outage of one credential's limiter, as this process sees it. */
interface Outage {
  sinceMs: number;
  /** When Redis last did not answer: anything is granted without it only shortly after. */
  unansweredMs: number;
  share?: LocalShare;
}

type Asked = Parameters<Limiter['acquire']>;

const AFTER_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;
const IS_BACK: SetAnswer = {
  granted: 0,
  refused: { granted: false, waitMs: 50, limit: 'Redis (it is back; what was sent without it is counted first)' },
};

/**
 * The limiter while Redis is away for longer: each process goes on with its part of every limit, and of what the book of
 * record says was sent before. When Redis answers again nothing is granted here any more; what was permitted here leaves,
 * and then Redis is filled anew from the book. A process that alone cannot reach Redis exceeds the limits by its part.
 */
export function shareWithoutRedis(redis: Limiter, options: ShareOptions): Limiter {
  const outages = new Outages(redis, options);
  const shareOf = (scope: LimitScope) => outages.shareOf(scope.credential);
  return {
    acquire: (...asked) => outages.acquire(...asked),
    async arrived(scope, operation, observed) {
      const policy = shareOf(scope)?.holderOf(operation);
      if (!policy) return redis.arrived(scope, operation, observed);
      policy.arrived(performance.now(), operation, observed);
      shareOf(scope)?.arrived(operation);
    },
    async renew(operations, leaseMs) {
      for (const share of outages.shares())
        for (const operation of operations) share.holderOf(operation)?.renew(performance.now(), [operation], leaseMs);
      await redis.renew(operations, leaseMs);
    },
    async release(scope, operation, end) {
      const policy = shareOf(scope)?.holderOf(operation);
      if (!policy) return redis.release(scope, operation, end);
      policy.release(performance.now(), operation, end);
      shareOf(scope)?.released(operation);
    },
    async throttled(scope, pauseMs, observed) {
      const policy = shareOf(scope)?.policyOf(scope);
      if (!policy) return redis.throttled(scope, pauseMs, observed);
      policy.throttled(performance.now(), pauseMs, observed);
    },
    async overloaded(scope) {
      const policy = shareOf(scope)?.policyOf(scope);
      if (!policy) return redis.overloaded(scope);
      policy.overloaded(performance.now());
    },
    releaseOwners: (credential, owners) => redis.releaseOwners(credential, owners),
    usage: (scope) => redis.usage(scope),
    recount: (credential) => redis.recount(credential),
    check: () => redis.check(),
  };
}

class Outages {
  readonly #outages = new Map<string, Outage>();

  constructor(
    private readonly redis: Limiter,
    private readonly options: ShareOptions,
  ) {}

  shareOf(credential: string): LocalShare | undefined {
    return this.#outages.get(credential)?.share;
  }

  shares(): LocalShare[] {
    return [...this.#outages.values()].flatMap(({ share }) => share ?? []);
  }

  async acquire(...asked: Asked): Promise<SetAnswer> {
    const [scope, requests, leaseMs] = asked;
    const outage = this.#outages.get(scope.credential);
    const grant = (share: LocalShare) => share.acquire(performance.now(), scope, requests, leaseMs);
    if (outage?.share && performance.now() - outage.unansweredMs < LOOK_AGAIN_MS) return grant(outage.share);
    try {
      return await this.#askRedis(outage?.share, asked);
    } catch (error) {
      if (LonghaulError.is(error)) throw error; // Redis is there, and not as it must be
      return grant(await this.#shareAfter(error, scope.credential));
    }
  }

  /** What was granted without Redis is in the book before Redis is filled from it. */
  async #askRedis(share: LocalShare | undefined, asked: Asked): Promise<SetAnswer> {
    const [scope] = asked;
    if (share) {
      await this.redis.usage(scope);
      if (share.isLeaving(performance.now())) return IS_BACK;
      await this.redis.recount(scope.credential);
      this.options.log.info({ credential: scope.credential }, 'limiter: Redis is back; it is filled from the book');
    }
    const answer = await this.redis.acquire(...asked);
    this.#outages.delete(scope.credential);
    return answer;
  }

  /** @throws the error while the outage is short, or what the book of record says when it is away, too: nothing is granted then */
  async #shareAfter(error: unknown, credential: string): Promise<LocalShare> {
    const now = performance.now();
    const outage = this.#outages.get(credential) ?? { sinceMs: now, unansweredMs: now };
    outage.unansweredMs = now;
    this.#outages.set(credential, outage);
    const { parts, history, log, afterMs = AFTER_MS } = this.options;
    const awayMs = Math.round(now - outage.sinceMs);
    if (awayMs < afterMs) throw error;
    if (outage.share) return outage.share;
    const sent = await history.load(credential);
    outage.share ??= new LocalShare(performance.now(), sent, parts); // another call may have been quicker
    log.warn({ err: error, credential, parts, awayMs }, 'limiter: no Redis; going on with a part of the limits');
    return outage.share;
  }
}
