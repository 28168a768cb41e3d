import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection';
import { createLimiter, type Limiter } from '../../../src/adapters/redis/limiter';
import type { Limits, LimitScope, Permit } from '../../../src/domain/llm/limits';
import { until } from '../../support/until';
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

const window = (limit: number, windowMs = 60_000) => ({ name: 'requests', windowMs, limit });
const limiterOf = (limits: Partial<Limits>) =>
  new OneByOne(createLimiter(redis, { prefix: `test-${randomUUID()}` }), limits);
const LEASE = 10_000;

/** The limiter for single requests that count nothing but themselves. */
class OneByOne {
  readonly #limits: Limits;

  constructor(
    private readonly limiter: Limiter,
    limits: Partial<Limits>,
  ) {
    this.#limits = { windows: [window(1000)], concurrent: 1000, ...limits };
  }

  async acquire(credential: string, operation: string, leaseMs: number): Promise<Permit> {
    const request = { operation, tokens: 0, microUsd: 0 };
    const { granted, refused } = await this.limiter.acquire(this.#scope(credential), [request], leaseMs);
    return granted === 1 ? { granted: true } : refused!;
  }

  arrived = (credential: string, operation: string) => this.limiter.arrived(this.#scope(credential), operation);
  renew = (operations: string[], leaseMs: number) => this.limiter.renew(operations, leaseMs);
  release = (credential: string, operation: string, unused: boolean) =>
    this.limiter.release(this.#scope(credential), operation, unused ? { unused } : { answered: true });
  pause = (credential: string, ms: number) => this.limiter.throttled(this.#scope(credential), ms);
  releaseOwners = (credential: string, owners: string[]) => this.limiter.releaseOwners(credential, owners);

  #scope(credential: string): LimitScope {
    return { credential, family: '*', limits: this.#limits };
  }
}

describe('one operation', () => {
  test('is charged once, however often it asks', async () => {
    const limiter = limiterOf({ windows: [window(2)] });
    for (let turn = 0; turn < 5; turn += 1) expect(await limiter.acquire('p', 'a', LEASE)).toEqual({ granted: true });
    expect(await limiter.acquire('p', 'b', LEASE)).toEqual({ granted: true });
    expect(await limiter.acquire('p', 'c', LEASE)).toMatchObject({ granted: false, limit: 'requests' });
  });

  test('that never left gives its place back; one that left does not', async () => {
    const limiter = limiterOf({ windows: [window(1)] });
    await limiter.acquire('p', 'a', LEASE);
    await limiter.release('p', 'a', true);
    expect(await limiter.acquire('p', 'b', LEASE)).toEqual({ granted: true });
    await limiter.release('p', 'b', false);
    expect(await limiter.acquire('p', 'c', LEASE)).toMatchObject({ granted: false });
  });
});

describe('concurrency', () => {
  test('is bounded, and a released place is free at once', async () => {
    const limiter = limiterOf({ concurrent: 2 });
    await limiter.acquire('p', 'a', LEASE);
    await limiter.acquire('p', 'b', LEASE);
    expect(await limiter.acquire('p', 'c', LEASE)).toMatchObject({ granted: false, limit: 'concurrent requests' });
    await limiter.release('p', 'a', false);
    expect(await limiter.acquire('p', 'c', LEASE)).toEqual({ granted: true });
  });

  test('a lease that nobody renews ends; a renewed one does not', async () => {
    const limiter = limiterOf({ concurrent: 2 });
    await limiter.acquire('p', 'kept', 200);
    await limiter.acquire('p', 'dead', 200);
    await limiter.renew(['kept'], LEASE);
    await until(
      () => limiter.acquire('p', 'next', LEASE),
      ({ granted }) => granted,
    );
    expect(await limiter.acquire('p', 'more', LEASE)).toMatchObject({ granted: false });
    await limiter.release('p', 'kept', false);
    expect(await limiter.acquire('p', 'more', LEASE)).toEqual({ granted: true });
  });

  test('what dead processes held can be freed, and only that', async () => {
    const limiter = limiterOf({ concurrent: 3 });
    for (const operation of ['host/1|x', 'host/1|y', 'host/12|z']) await limiter.acquire('p', operation, LEASE);
    expect(await limiter.releaseOwners('p', ['host/1'])).toBe(2);
    for (const operation of ['a', 'b']) expect(await limiter.acquire('p', operation, LEASE)).toEqual({ granted: true });
    expect(await limiter.acquire('p', 'c', LEASE)).toMatchObject({ granted: false });
  });
});

test('credentials do not share limits', async () => {
  const limiter = limiterOf({ windows: [window(1)] });
  expect(await limiter.acquire('p', 'a', LEASE)).toEqual({ granted: true });
  expect(await limiter.acquire('q', 'a', LEASE)).toEqual({ granted: true });
});

test('all limits are checked before any is charged', async () => {
  const limiter = limiterOf({ windows: [window(2)], concurrent: 1 });
  await limiter.acquire('p', 'a', LEASE);
  for (let turn = 0; turn < 5; turn += 1)
    expect((await limiter.acquire('p', `refused-${turn}`, LEASE)).granted).toBe(false);
  await limiter.release('p', 'a', false);
  expect(await limiter.acquire('p', 'b', LEASE)).toEqual({ granted: true });
});

test('a pause holds everybody, and a shorter one does not end it', async () => {
  const limiter = limiterOf({});
  await limiter.acquire('p', 'before', LEASE);
  await limiter.pause('p', 5_000);
  await limiter.pause('p', 10);
  const permit = await limiter.acquire('p', 'a', LEASE);
  expect(permit).toMatchObject({ granted: false, limit: 'retry-after' });
  if (!permit.granted) expect(permit.waitMs).toBeGreaterThan(4_000);
});

test('a server that forgot the scripts is given them again', async () => {
  const limiter = limiterOf({});
  await limiter.acquire('p', 'a', LEASE);
  await redis.script('FLUSH');
  expect(await limiter.acquire('p', 'b', LEASE)).toEqual({ granted: true });
});

test('the keys of one credential lie in one hash slot', async () => {
  const prefix = `slots-${randomUUID()}`;
  const limiter = new OneByOne(createLimiter(redis, { prefix }), {});
  await limiter.acquire('p', 'a', LEASE);
  const keys = await redis.keys(`${prefix}*`);
  expect(keys).toHaveLength(5);
  expect(new Set(keys.map((key) => /\{(.+)\}/.exec(key)?.[1]))).toEqual(new Set(['limit:p']));
});

test('without Redis nothing is granted, within a deadline', async () => {
  const gone = connectRedis('redis://127.0.0.1:1', { onError: () => undefined, commandTimeoutMs: 500 });
  const limiter = new OneByOne(createLimiter(gone), {});
  const began = performance.now();
  await expect(limiter.acquire('p', 'a', LEASE)).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(3_000);
  gone.disconnect();
});

test('a request counts in every window until it is known to have arrived', async () => {
  const limiter = limiterOf({ windows: [window(1, 60)] });
  await limiter.acquire('p', 'travelling', LEASE);
  await passed(100); // more than a window
  expect(await limiter.acquire('p', 'next', LEASE)).toMatchObject({ granted: false });
  await limiter.arrived('p', 'travelling');
  await until(
    () => limiter.acquire('p', 'next', LEASE),
    ({ granted }) => granted,
    1_000,
  );
});

test('property: however long requests travel, no window at the provider holds more than its limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ windowMs: fc.integer({ min: 20, max: 80 }), limit: fc.integer({ min: 1, max: 8 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.array(fc.constantFrom('ask', 'ask', 'ask', 'askTwice', 'arrive', 'release', 'giveBack', 'wait'), {
        minLength: 10,
        maxLength: 60,
      }),
      async (windows, steps) => {
        const world = new World(
          limiterOf({ windows: windows.map(({ windowMs, limit }, at) => ({ name: `w${at}`, windowMs, limit })) }),
        );
        for (const step of steps) await world[step]();
        await world.arriveAll();
        const times = world.arrivals.sort((a, b) => a - b);
        // 2 ms: the limiter counts whole milliseconds of another clock
        for (const { windowMs, limit } of windows) {
          for (let at = limit; at < times.length; at += 1)
            expect(times[at]! - times[at - limit]!).toBeGreaterThan(windowMs - 2);
        }
      },
    ),
    { numRuns: 40 },
  );
});

/** A provider and the requests on their way to it; they arrive in any order, long after their grants or at once. */
class World {
  readonly arrivals: number[] = [];
  #travelling: string[] = [];
  #asked = 0;

  constructor(private readonly limiter: OneByOne) {}

  async ask(): Promise<void> {
    const operation = `op-${(this.#asked += 1)}`;
    if ((await this.limiter.acquire('p', operation, LEASE)).granted) this.#travelling.push(operation);
  }

  async askTwice(): Promise<void> {
    const operation = `op-${(this.#asked += 1)}`;
    const permits = await Promise.all([
      this.limiter.acquire('p', operation, LEASE),
      this.limiter.acquire('p', operation, LEASE),
    ]);
    if (permits.some(({ granted }) => granted)) this.#travelling.push(operation);
  }

  /** The last one first: arrivals need not keep the order of grants. */
  async arrive(): Promise<void> {
    const operation = this.#travelling.pop();
    if (!operation) return;
    this.arrivals.push(performance.now());
    await this.limiter.arrived('p', operation);
  }

  async release(): Promise<void> {
    const operation = this.#travelling.shift();
    if (!operation) return;
    this.arrivals.push(performance.now());
    await this.limiter.release('p', operation, false);
  }

  async giveBack(): Promise<void> {
    const operation = this.#travelling.pop();
    if (operation) await this.limiter.release('p', operation, true);
  }

  /** When nothing travels, the wait that is named is enough. */
  async wait(): Promise<void> {
    await this.arriveAll();
    const operation = `op-${(this.#asked += 1)}`;
    const permit = await this.limiter.acquire('p', operation, LEASE);
    if (!permit.granted) {
      await passed(permit.waitMs + 1);
      expect(await this.limiter.acquire('p', operation, LEASE)).toEqual({ granted: true });
    }
    this.#travelling.push(operation);
  }

  async arriveAll(): Promise<void> {
    while (this.#travelling.length > 0) await this.arrive();
  }
}

/** Time is the condition here: at least so many ms have passed. */
async function passed(ms: number): Promise<void> {
  const began = performance.now();
  await until(
    () => performance.now() - began,
    (elapsedMs) => elapsedMs > ms,
  );
}
