import Redis from 'ioredis';

const DATABASES = 64;

export interface FreshRedis {
  /** Connection string of a database that no other running suite uses. */
  url: string;
  /** Empties it. */
  drop(): Promise<void>;
}

/** A Redis database of its own for one suite: numbers are handed out in turn, and it is emptied before use. */
export async function freshRedis(): Promise<FreshRedis> {
  const base = process.env['LONGHAUL_TEST_REDIS_URL'];
  if (!base) throw new Error('LONGHAUL_TEST_REDIS_URL is not set: this suite belongs to the jest project "stack".');
  const turn = await withRedis(base, (redis) => redis.incr('longhaul-test:databases'));
  const url = new URL(base);
  url.pathname = `/${1 + (turn % (DATABASES - 1))}`; // 0 holds the counter
  const drop = () => withRedis(url.href, (redis) => redis.flushdb());
  await drop();
  return { url: url.href, drop: async () => void (await drop()) };
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { connectTimeout: 5_000, commandTimeout: 5_000, maxRetriesPerRequest: 1 });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
