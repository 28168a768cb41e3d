import type { Settings } from '../adapters/config/settings';
import { countInputTokens, createProviders, openPriceBook } from '../adapters/llm';
import type { Pool } from '../adapters/postgres/connection';
import type { RedisConnection } from '../adapters/redis/connection';
import { createLimiter } from '../adapters/redis/limiter';
import { requestsPerMinute } from '../domain/llm/limits';
import { createGateway } from './create-gateway';
import type { Log } from './log';
import type { Gateway } from './types';

export interface OpenGatewayOptions {
  settings: Pick<Settings, 'llm'>;
  pool: Pool;
  redis: RedisConnection;
  log: Log;
  /** Keeps installations on one Redis apart. */
  redisPrefix?: string;
  owner?: string;
}

/** The gateway as a worker has it: everything from settings. @throws LonghaulError InvalidConfiguration (price file). */
export function openGateway({ settings: { llm }, pool, redis, log, redisPrefix, owner }: OpenGatewayOptions): Gateway {
  const limits = { windows: [requestsPerMinute(llm.requestsPerMinute)], concurrent: llm.concurrentRequests };
  return createGateway({
    pool,
    limiter: createLimiter(redis, limits, redisPrefix),
    providers: createProviders(llm),
    prices: openPriceBook(llm),
    countInputTokens,
    log,
    owner,
    leaseMs: llm.leaseMs,
  });
}
