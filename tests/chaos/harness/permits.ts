import type { RedisConnection } from '../../../src/adapters/redis';
import { until } from '../../support/until';
import type { Violations } from './invariants';

/** Well below the lease of a permit, after which one that nobody gave back is free as well. */
const WITHIN_MS = 2_000;

/** I5, where nothing died: whoever got a permit of the limiter has given it back when the runs have ended. */
export async function permitsAreGivenBack(redis: RedisConnection): Promise<Violations> {
  const held = async () => {
    const keys = await redis.keys('*:leases');
    const permits = await Promise.all(keys.map((key) => redis.zrangebyscore(key, Date.now(), '+inf')));
    return permits.flat().map((operation) => `${operation} still holds a permit`);
  };
  return await until(held, (permits) => permits.length === 0, WITHIN_MS).catch(() => held());
}
