import type { Settings } from '../adapters/config/settings';
import { countInputTokens, createProviders, openPriceBook } from '../adapters/llm';
import type { Pool } from '../adapters/postgres/connection';
import type { RedisConnection } from '../adapters/redis/connection';
import { createLimiter } from '../adapters/redis/limiter';
import { limitBook } from '../domain/llm/limit-rules';
import type { BatchGateway } from './batch-lane';
import { createGateway } from './create-gateway';
import { limitHistory } from './limit-history';
import type { Log } from './log';
import { ownOwner } from './owner';
import { shareWithoutRedis } from './share-without-redis';

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
export function openGateway({
  settings: { llm },
  pool,
  redis,
  log,
  redisPrefix,
  owner,
}: OpenGatewayOptions): BatchGateway {
  const limits = limitBook(llm, llm.limits);
  const self = owner ?? ownOwner();
  const history = limitHistory(pool, limits);
  const limiter = createLimiter(redis, { prefix: redisPrefix, owner: self, history });
  const parts = llm.processesWithoutRedis;
  return createGateway({
    pool,
    limiter: parts === 0 ? limiter : shareWithoutRedis(limiter, { parts, history, log }),
    limits,
    providers: createProviders(llm),
    prices: openPriceBook(llm),
    countInputTokens,
    log,
    owner: self,
    leaseMs: llm.leaseMs,
    batch: {
      size: llm.batchSize,
      intervalMs: llm.batchIntervalMs,
      tokens: llm.batchTokens,
      atWork: llm.batchesAtWork,
    },
    lane: { items: llm.laneItems, bytes: llm.laneBytes },
  });
}
