import Redis from 'ioredis';

const PROBE_TIMEOUT_MS = 2_000;

export interface RedisFacts {
  version: string;
  /** Undefined where the server does not let us ask (managed services). */
  maxmemoryPolicy: string | undefined;
}

/** @returns undefined while it does not answer. */
export async function probeRedis(url: string): Promise<RedisFacts | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PROBE_TIMEOUT_MS,
    commandTimeout: PROBE_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // each command tells its own failure
  try {
    await redis.connect();
    const info = await redis.info('server');
    return { version: versionIn(info), maxmemoryPolicy: await policyOf(redis) };
  } catch {
    return undefined; // not there yet: the caller asks again or says so
  } finally {
    redis.disconnect();
  }
}

function versionIn(info: string): string {
  return (/^valkey_version:(\S+)/m.exec(info) ?? /^redis_version:(\S+)/m.exec(info))?.[1] ?? 'unknown';
}

async function policyOf(redis: Redis): Promise<string | undefined> {
  try {
    const [, policy] = await redis.config('GET', 'maxmemory-policy');
    return policy;
  } catch {
    return undefined; // CONFIG is forbidden here
  }
}
