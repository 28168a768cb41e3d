import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '../../src/adapters/redis/connection';
import { createLimiter } from '../../src/adapters/redis/limiter';
import { median, round } from '../figures';
import type { Form } from './form';
import { UNLIMITED, type Ground } from './ground';

export interface GrantsReport {
  grantsPerS: number;
  bareGrantsPerS: number;
  grantsPerSRatio: number;
}

/** As many permits as a process asks for in one round trip. */
const SET = 20;
const LEASE_MS = 15_000;

/** A token bucket, as anybody would write it: one number, one time, one permit per call. */
const BARE = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local limit, per = tonumber(ARGV[1]), tonumber(ARGV[2])
local stored = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(limit, (tonumber(stored[1]) or limit) + (now - (tonumber(stored[2]) or now)) * limit / per)
if tokens < 1 then return 0 end
redis.call('HSET', KEYS[1], 'tokens', tokens - 1, 'at', now)
redis.call('PEXPIRE', KEYS[1], per)
return 1`;

/** Our limiter in sets of 20, then the bare script 20 at once on one connection; in turn, on one Redis. */
export async function measureGrants(ground: Ground, { isQuick, pairs: most }: Form): Promise<GrantsReport> {
  const redis = connectRedis(ground.redisUrl, { onError: () => undefined });
  redis.defineCommand('benchBucket', { numberOfKeys: 1, lua: BARE });
  const forMs = isQuick ? 500 : 3_000;
  const pairs: { ours: number; bare: number }[] = [];
  await pair(redis, 200);
  while (pairs.length < Math.max(3, most)) pairs.push(await pair(redis, forMs));
  redis.disconnect();
  return {
    grantsPerS: round(median(pairs.map(({ ours }) => ours)), 0),
    bareGrantsPerS: round(median(pairs.map(({ bare }) => bare)), 0),
    grantsPerSRatio: round(median(pairs.map(({ ours, bare }) => ours / bare))),
  };
}

async function pair(redis: RedisConnection, forMs: number): Promise<{ ours: number; bare: number }> {
  return { ours: await perSecond(forMs, ourSet(redis)), bare: await perSecond(forMs, bareSet(redis)) };
}

async function perSecond(forMs: number, grantSet: () => Promise<number>): Promise<number> {
  const beganAt = performance.now();
  let granted = 0;
  while (performance.now() - beganAt < forMs) granted += await grantSet();
  return (granted * 1000) / (performance.now() - beganAt);
}

function ourSet(redis: RedisConnection): () => Promise<number> {
  const limiter = createLimiter(redis, { prefix: `bench-${randomUUID()}` });
  const scope = { credential: 'bench', family: '*', limits: UNLIMITED };
  let asked = 0;
  return async () => {
    const set = Array.from({ length: SET }, () => ({ operation: `bench|${asked++}`, tokens: 100, microUsd: 100 }));
    return (await limiter.acquire(scope, set, LEASE_MS)).granted;
  };
}

function bareSet(redis: RedisConnection): () => Promise<number> {
  const key = `bench-${randomUUID()}`;
  const { limit, windowMs } = UNLIMITED.windows[0]!;
  const commands = redis as unknown as { benchBucket(key: string, limit: number, perMs: number): Promise<number> };
  return async () => {
    const granted = await Promise.all(Array.from({ length: SET }, () => commands.benchBucket(key, limit, windowMs)));
    return granted.reduce((total, one) => total + one, 0);
  };
}
