import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection';
import { createLimiter, type LimiterOptions, type UsageHistory } from '../../../src/adapters/redis/limiter';
import type { LimitScope } from '../../../src/domain/llm/limits';
import { startOwnRedis, type OwnRedis } from '../../support/own-redis';
import { until } from '../../support/until';
import { FaultLink } from '../../chaos/harness/fault-link';

let server: OwnRedis;
let link: FaultLink;
const open: RedisConnection[] = [];
beforeAll(async () => {
  server = await startOwnRedis();
  link = await FaultLink.open(Number(new URL(server.url).port));
});
afterEach(() => {
  link.mend();
  for (const redis of open.splice(0)) redis.disconnect();
});
afterAll(async () => {
  await link.close();
  await server.stop();
});

const LEASE = 10_000;
const SCOPE: LimitScope = {
  credential: 'p',
  family: '*',
  limits: { windows: [{ name: 'requests/h', windowMs: 3_600_000, limit: 3 }], concurrent: 10 },
};
const request = (operation: string) => ({ operation, tokens: 1, microUsd: 1 });

function connect(url: string): RedisConnection {
  const redis = connectRedis(url, { onError: () => undefined, commandTimeoutMs: 500 });
  open.push(redis);
  return redis;
}
function limiterAt(url: string, options: LimiterOptions = {}) {
  const redis = connect(url);
  const limiter = createLimiter(redis, { prefix: `faults-${randomUUID()}`, ...options });
  const ask = (operation: string) => limiter.acquire(SCOPE, [request(operation)], LEASE);
  const asked = (operation: string) =>
    until(
      () => ask(operation).catch(() => null),
      (answer) => answer !== null,
    );
  return { redis, limiter, ask, asked };
}
const throughLink = () => `redis://127.0.0.1:${link.port}`;
/** What the book knows: two requests, sent just now. */
const twoSent: UsageHistory = {
  othersActive: async () => false,
  load: async () => [{ scope: SCOPE, sent: [{ window: 0, ageMs: 0, amount: 2 }], underWay: [] }],
};

test('a lost reply is asked for again and charged once', async () => {
  const { ask, asked } = limiterAt(throughLink());
  await ask('before');
  link.break({ kind: 'lose-replies' });
  await expect(ask('a')).rejects.toThrow();
  expect(link.hits).toBeGreaterThan(0);
  link.mend();
  expect(await asked('a')).toEqual({ granted: 1 });
  expect(await ask('b')).toEqual({ granted: 1 });
  expect(await ask('c')).toMatchObject({ granted: 0, refused: { limit: 'requests/h' } });
});

test('a link that is half open ends in an error, and nothing is granted', async () => {
  const { ask, asked } = limiterAt(throughLink());
  await ask('before');
  link.break({ kind: 'freeze' });
  const began = performance.now();
  await expect(ask('a')).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(5_000);
  link.mend();
  expect(await asked('a')).toEqual({ granted: 1 });
});

describe('what was sent before counts again, and no burst follows', () => {
  const expectOneLeft = async (ask: (operation: string) => Promise<unknown>) => {
    expect(await ask('new-1')).toEqual({ granted: 1 });
    expect(await ask('new-2')).toMatchObject({ granted: 0, refused: { limit: 'requests/h' } });
  };

  const wasUsed = async () => {
    const used = limiterAt(server.url, { history: twoSent });
    await used.ask('before');
    await used.limiter.release(SCOPE, 'before', { answered: true });
    return used;
  };

  test('after FLUSHALL', async () => {
    const { redis, ask, asked } = await wasUsed();
    await redis.flushall();
    await asked('new-1');
    await expectOneLeft(ask);
  });

  test('after a restart', async () => {
    const { ask, asked } = await wasUsed();
    await server.restart();
    await asked('new-1');
    await expectOneLeft(ask);
  });

  test('after another server took over with an old copy', async () => {
    const { redis, ask, asked } = await wasUsed();
    const [generation] = await redis.keys('*faults*generation');
    const keys = await redis.keys(`${generation!.split(':')[0]}*`);
    const copy = await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const));
    await server.restart();
    await until(() => redis.ping().catch(() => ''), (answer) => answer === 'PONG'); // prettier-ignore
    for (const [key, value] of copy) await redis.restore(key, 0, value);
    await asked('new-1');
    await expectOneLeft(ask);
  });
});

test('what a living process holds is announced, and keeps its place', async () => {
  const prefix = `faults-${randomUUID()}`;
  const history: UsageHistory = {
    othersActive: async () => true,
    load: async () => [{ scope: SCOPE, sent: [], underWay: [] }],
  };
  const [one, two] = [limiterAt(server.url, { prefix }), limiterAt(server.url, { prefix, history, owner: 'two' })];
  await one.ask('one|x@1');
  await one.redis.flushall();
  const asking = two.ask('two|y@1');
  await one.limiter.renew(['one|x@1'], LEASE);
  expect(await asking).toEqual({ granted: 1 });
  expect(await two.limiter.usage(SCOPE)).toMatchObject({ held: 2, windows: [{ used: 2 }] });
});

test('a wall clock that jumps forward frees nothing', async () => {
  const clock = `clock-${randomUUID()}`;
  let steadyMs = 1_000;
  const lua = `local wall = tonumber(redis.call('GET', '${clock}'))`;
  const { redis, ask } = limiterAt(server.url, { clock: { lua, steadyMs: () => steadyMs } });
  const T0 = 1_790_000_000_000;
  await redis.set(clock, T0);
  for (const operation of ['a', 'b', 'c']) expect(await ask(operation)).toEqual({ granted: 1 });
  steadyMs += 60_000;
  await redis.set(clock, T0 + 2 * 86_400_000);
  const jumped = await ask('d');
  expect(jumped).toMatchObject({ granted: 0 });
  steadyMs += 3_700_000;
  await redis.set(clock, T0 + 2 * 86_400_000 + 3_700_000);
  expect(await ask('d')).toEqual({ granted: 1 });
});

test('a Redis that refuses writes grants nothing, and its recovery needs no restart of ours', async () => {
  const { redis, ask, asked } = limiterAt(server.url);
  await ask('before');
  await redis.config('SET', 'min-replicas-to-write', '1');
  await expect(ask('a')).rejects.toThrow('NOREPLICAS');
  await redis.config('SET', 'min-replicas-to-write', '0');
  expect(await asked('a')).toEqual({ granted: 1 });
});

test('a Redis that may evict what was counted is refused', async () => {
  const { redis, limiter } = limiterAt(server.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(limiter.check()).rejects.toThrow('noeviction');
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  await limiter.check();
});
