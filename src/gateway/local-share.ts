import type { ScopeHistory } from '../adapters/redis/limiter';
import { shareOf, usageShareOf } from '../domain/llm/limit-share';
import { windowTooSmallFor, type LimitScope, type PermitRequest, type SetAnswer } from '../domain/llm/limits';
import { RatePolicy } from '../domain/llm/rate-policy';

interface Share {
  /** With this process's part of the limits. */
  scope: LimitScope;
  policy: RatePolicy;
}

const LOOK_AGAIN_MS = 1_000;
const TOO_MUCH: SetAnswer & { granted: 0 } = {
  granted: 0,
  refused: {
    granted: false,
    waitMs: LOOK_AGAIN_MS,
    limit: 'Redis (it does not answer, and a share of the limit is less than this)',
  },
};

/** One process's part of a credential's limits, counted in memory. */
export class LocalShare {
  readonly #shares = new Map<LimitScope, Share>();
  /** Granted and not released. */
  readonly #held = new Map<string, RatePolicy>();
  /** Granted and not known to have arrived, until when at most. */
  readonly #leaving = new Map<string, number>();

  /** @param history what counts already, over all processes */
  constructor(
    nowMs: number,
    history: readonly ScopeHistory[],
    readonly parts: number,
  ) {
    for (const { scope, ...usage } of history) {
      const limits = shareOf(scope.limits, parts);
      if (limits === null) continue;
      const policy = new RatePolicy(limits);
      policy.recall(nowMs, usageShareOf(usage, parts));
      this.#shares.set(scope, { scope: { ...scope, limits }, policy });
    }
  }

  acquire(nowMs: number, scope: LimitScope, requests: readonly PermitRequest[], leaseMs: number): SetAnswer {
    const share = this.#shares.get(scope);
    if (!share) return TOO_MUCH;
    const tooLarge = requests.findIndex((request) => windowTooSmallFor(share.scope.limits, request));
    const asked = tooLarge === -1 ? requests : requests.slice(0, tooLarge);
    const answer = share.policy.acquire(nowMs, asked, leaseMs);
    for (const { operation } of asked.slice(0, answer.granted)) {
      this.#held.set(operation, share.policy);
      this.#leaving.set(operation, nowMs + leaseMs);
    }
    return answer.refused || tooLarge === -1 ? answer : { ...TOO_MUCH, granted: answer.granted };
  }

  /** The policy that granted it; undefined: it was granted elsewhere. */
  holderOf(operation: string): RatePolicy | undefined {
    return this.#held.get(operation);
  }

  /** Of the scope, for what a provider says of its limits. */
  policyOf(scope: LimitScope): RatePolicy | undefined {
    return this.#shares.get(scope)?.policy;
  }

  arrived(operation: string): void {
    this.#leaving.delete(operation);
  }

  released(operation: string): void {
    this.#leaving.delete(operation);
    this.#held.delete(operation);
  }

  /** Whether something that was granted may not be in the book of record yet. */
  isLeaving(nowMs: number): boolean {
    return [...this.#leaving.values()].some((untilMs) => untilMs > nowMs);
  }
}
