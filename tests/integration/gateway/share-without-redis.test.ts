import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection';
import { createLimiter, type Limiter, type UsageHistory } from '../../../src/adapters/redis/limiter';
import { sameLimits } from '../../../src/domain/llm/limit-rules';
import type { LimitScope } from '../../../src/domain/llm/limits';
import { limitHistory } from '../../../src/gateway/limit-history';
import { shareWithoutRedis } from '../../../src/gateway/share-without-redis';
import { violations } from '../../support/ledger';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis';
import { until } from '../../support/until';
import { context, startStack, testRun, type Stack } from './support';

const LEASE_MS = 10_000;
const SEVEN: LimitScope = {
  credential: 'p',
  family: '*',
  limits: { windows: [{ name: 'requests/h', windowMs: 3_600_000, limit: 7 }], concurrent: 10 },
};
const PARTS = 2;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let server: OwnRedis;
const open: RedisConnection[] = [];
beforeEach(async () => void (server = await startOwnRedis()));
afterEach(async () => {
  for (const redis of open.splice(0)) redis.disconnect();
  await server.stop();
});

function connected(): RedisConnection {
  const redis = connectRedis(server.url, { onError: () => undefined, commandTimeoutMs: 500 });
  open.push(redis);
  return redis;
}

/** What the book knows was sent just now. */
function book(amount: number): UsageHistory & { amount: number } {
  const history = {
    amount,
    othersActive: async () => false,
    load: async () => [{ scope: SEVEN, sent: [{ window: 0, ageMs: 0, amount: history.amount }], underWay: [] }],
  };
  return history;
}

function processOf(history: UsageHistory, afterMs = 0): Limiter {
  const redis = createLimiter(connected(), { prefix: 'share', history });
  return shareWithoutRedis(redis, { parts: PARTS, history, log: quiet, afterMs });
}

async function grantedOf(limiter: Limiter, name: string, count: number): Promise<number> {
  const requests = Array.from({ length: count }, (_, nth) => ({ operation: `${name}|${nth}`, tokens: 1, microUsd: 1 }));
  return (await limiter.acquire(SEVEN, requests, LEASE_MS)).granted;
}

test('without Redis each of two processes has half of what is left of seven: two of the five', async () => {
  const history = book(2);
  const [one, two] = [processOf(history), processOf(history)];
  await server.kill();
  // floor(7/2) = 3 for each, and one of the two that were sent counts in each
  expect(await Promise.all([grantedOf(one, 'one', 7), grantedOf(two, 'two', 7)])).toEqual([2, 2]);
});

test('an outage that is short is waited for', async () => {
  const limiter = processOf(book(0), 60_000);
  await server.kill();
  await expect(grantedOf(limiter, 'one', 1)).rejects.toThrow();
});

test('where the book of record is away, too, nothing is granted', async () => {
  const limiter = processOf({ ...book(0), load: () => Promise.reject(new Error('PostgreSQL does not answer')) });
  await server.kill();
  await expect(grantedOf(limiter, 'one', 1)).rejects.toThrow('PostgreSQL does not answer');
});

test('a Redis that may forget is refused, and not replaced', async () => {
  const redis = connected();
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(grantedOf(processOf(book(0)), 'one', 1)).rejects.toThrow('noeviction');
});

test('when Redis is back it counts what was sent without it, before it grants', async () => {
  const history = book(0);
  const limiter = processOf(history);
  expect(await grantedOf(limiter, 'before', 1)).toBe(1);
  await limiter.release(SEVEN, 'before|0', { answered: true });
  history.amount = 1;
  await server.kill();
  expect(await grantedOf(limiter, 'meanwhile', 7)).toBe(2); // of its three half a request is taken already
  await server.restart();
  const next = () => limiter.acquire(SEVEN, [{ operation: 'after|0', tokens: 1, microUsd: 1 }], LEASE_MS);
  // Nothing is granted while permits are on their way to the book.
  const blocked = await until(next, ({ refused }) => refused?.limit.startsWith('Redis (it is back') ?? false);
  expect(blocked.granted).toBe(0);
  for (const nth of [0, 1]) await limiter.arrived(SEVEN, `meanwhile|${nth}`);
  history.amount = 3;
  expect(await until(next, ({ granted }) => granted === 1)).toEqual({ granted: 1 });
  expect((await limiter.usage(SEVEN)).windows).toMatchObject([{ used: 4, limit: 7 }]);
});

describe('a gateway whose Redis is gone', () => {
  let stack: Stack;
  beforeAll(async () => void (stack = await startStack()));
  afterAll(() => stack.stop());

  test('goes on paying within its part, and says so', async () => {
    const limits = sameLimits(SEVEN.limits);
    const history = limitHistory(stack.pool, limits);
    const logged: string[] = [];
    const log = { ...quiet, warn: (_facts: object, message: string) => void logged.push(message) };
    const limiter = shareWithoutRedis(createLimiter(connected(), { prefix: 'share', history }), {
      ...{ parts: PARTS, history, log, afterMs: 0 },
    });
    const gateway = stack.gateway({ limiter, limits });
    const { call } = await testRun(stack.pool);
    await server.kill();
    for (let index = 0; index < 3; index += 1) expect((await gateway.call(call(index), context())).source).toBe('paid');
    await expect(gateway.call(call(3, { maxWaitMs: 500 }), context())).rejects.toMatchObject({ code: 'RateLimited' });
    expect(logged).toContain('limiter: no Redis; going on with a part of the limits');
    expect(await violations(stack.pool)).toEqual([]);
  });
});
