import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection';
import { createLimiter, type Limiter } from '../../../src/adapters/redis/limiter';
import type { Limits, LimitScope, PermitRequest } from '../../../src/domain/llm/limits';
import { RatePolicy, type Observation, type PermitEnd } from '../../../src/domain/llm/rate-policy';
import { freshRedis, type FreshRedis } from '../../support/redis';

let base: FreshRedis;
let redis: RedisConnection;
beforeAll(async () => {
  base = await freshRedis();
  redis = connectRedis(base.url, { onError: () => undefined });
});
afterAll(async () => {
  redis.disconnect();
  await base.drop();
});

type Step =
  | { do: 'wait'; ms: number }
  | { do: 'acquire'; tokens: number[]; leaseMs: number }
  | { do: 'acquireAgain' | 'arrived' | 'renew'; which: number }
  | { do: 'release'; which: number; end: 'unused' | 'answered' | 'failed'; needed: number | null }
  | { do: 'observed'; observation: Observation }
  | { do: 'throttled'; ms: number }
  | { do: 'overloaded' };

const anyWindow = fc.record({
  windowMs: fc.constantFrom(60, 1_000, 60_000, 3_600_000, 86_400_000),
  limit: fc.integer({ min: 1, max: 400 }),
  of: fc.constantFrom('requests' as const, 'tokens' as const, 'microUsd' as const),
  burst: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
});
const anyLimits: fc.Arbitrary<Limits> = fc.record({
  windows: fc
    .array(anyWindow, { maxLength: 4 })
    .map((windows) => windows.map((window, at) => ({ ...window, name: `w${at}` }))),
  concurrent: fc.integer({ min: 1, max: 20 }),
});
const which = fc.nat({ max: 30 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.oneof(fc.integer({ min: -500, max: 2_000 }), fc.integer({ min: 0, max: 200_000_000 })) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('acquire' as const), tokens: fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 1, maxLength: 5 }), leaseMs: fc.integer({ min: 10, max: 100_000 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('acquireAgain' as const, 'arrived' as const, 'arrived' as const, 'renew' as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), which, end: fc.constantFrom('unused' as const, 'answered' as const, 'failed' as const), needed: fc.option(fc.nat({ max: 90 })) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('observed' as const), observation: fc.record({ window: fc.constant(0), limit: fc.nat({ max: 100 }), remaining: fc.nat({ max: 100 }), resetMs: fc.nat({ max: 100_000 }) }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('throttled' as const), ms: fc.nat({ max: 5_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('overloaded' as const) }) },
); // prettier-ignore

test('property: the script answers as the pure policy does, step for step, through days and clocks that jump back', async () => {
  await fc.assert(
    fc.asyncProperty(anyLimits, fc.array(anyStep, { minLength: 5, maxLength: 50 }), async (limits, steps) => {
      const pair = new Pair(limits);
      for (const step of steps) await pair.take(step);
    }),
    { numRuns: 60 },
  );
}, 120_000);

/** The script and its model, in one virtual time. */
class Pair {
  readonly #clock = `clock:${randomUUID()}`;
  readonly #scope: LimitScope;
  readonly #limiter: Limiter;
  readonly #policy: RatePolicy;
  #nowMs = 1_790_000_000_000;
  /** A clock that jumps back takes the limiter's time nowhere, and forward again from there. */
  #wallMs = this.#nowMs;
  readonly #operations: PermitRequest[] = [];

  constructor(limits: Limits) {
    this.#scope = { credential: 'p', family: 'm', limits };
    const lua = `local wall = tonumber(redis.call('GET', '${this.#clock}'))`;
    this.#limiter = createLimiter(redis, { prefix: `model-${randomUUID()}`, clock: { lua, steadyMs: () => null } });
    this.#policy = new RatePolicy(limits);
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wait') {
      this.#wallMs += step.ms;
      this.#nowMs += Math.max(0, step.ms);
    }
    await redis.set(this.#clock, this.#wallMs);
    await this.#limiter.acquire(this.#scope, [], 1); // an empty Redis is made ready by whoever asks first
    await this.#both(step);
    const usage = await this.#limiter.usage(this.#scope);
    const expected = this.#policy.usage(this.#nowMs);
    expect({
      used: usage.windows.map(({ used }) => used),
      limits: usage.windows.map(({ limit }) => limit),
      held: usage.held,
      concurrent: usage.concurrent,
      pausedMs: usage.pausedMs,
    }).toEqual(expected);
  }

  async #both(step: Step): Promise<void> {
    switch (step.do) {
      case 'wait':
        return;
      case 'acquire': {
        const requests = step.tokens.map((tokens) => this.#request(tokens));
        expect(await this.#limiter.acquire(this.#scope, requests, step.leaseMs)).toEqual(
          this.#policy.acquire(this.#nowMs, requests, step.leaseMs),
        );
        return;
      }
      case 'acquireAgain': {
        const again = this.#at(step.which);
        if (!again) return;
        expect(await this.#limiter.acquire(this.#scope, [again], 5_000)).toEqual(
          this.#policy.acquire(this.#nowMs, [again], 5_000),
        );
        return;
      }
      case 'arrived':
        return this.#arrived(this.#at(step.which)?.operation ?? 'nobody', []);
      case 'observed':
        return this.#scope.limits.windows.length > 0 ? this.#arrived('nobody', [step.observation]) : undefined;
      case 'renew': {
        const operations = this.#operations.map(({ operation }) => operation);
        await this.#limiter.renew(operations, 30_000);
        return this.#policy.renew(this.#nowMs, operations, 30_000);
      }
      case 'release': {
        const operation = this.#at(step.which)?.operation ?? 'nobody';
        const end = endOf(step);
        await this.#limiter.release(this.#scope, operation, end);
        return this.#policy.release(this.#nowMs, operation, end);
      }
      case 'throttled':
        await this.#limiter.throttled(this.#scope, step.ms);
        return this.#policy.throttled(this.#nowMs, step.ms);
      case 'overloaded':
        await this.#limiter.overloaded(this.#scope);
        return this.#policy.overloaded(this.#nowMs);
    }
  }

  async #arrived(operation: string, observed: Observation[]): Promise<void> {
    await this.#limiter.arrived(this.#scope, operation, observed);
    this.#policy.arrived(this.#nowMs, operation, observed);
  }

  #request(tokens: number): PermitRequest {
    const request = { operation: `o|${this.#operations.length}@1`, tokens, microUsd: tokens * 3 };
    this.#operations.push(request);
    return request;
  }

  #at(index: number): PermitRequest | undefined {
    return this.#operations[this.#operations.length - 1 - index];
  }
}

function endOf({ end, needed }: Step & { do: 'release' }): PermitEnd {
  if (end === 'unused') return { unused: true };
  return { answered: end === 'answered', ...(needed === null ? {} : { needed: { tokens: needed, microUsd: needed } }) };
}
