import { countInputTokens, createProviders, openPriceBook } from '../../src/adapters/llm';
import { createPool, type Pool } from '../../src/adapters/postgres';
import { connectRedis } from '../../src/adapters/redis/connection';
import { createLimiter } from '../../src/adapters/redis/limiter';
import { sameLimits } from '../../src/domain/llm/limit-rules';
import { createGateway, ownOwner, type BatchGateway } from '../../src/gateway';
import { limitHistory } from '../../src/gateway/limit-history';
import type { Task } from './task';

/** The model server, and no other provider. */
export function providersAt({ modelServerUrl }: Pick<Task, 'modelServerUrl'>) {
  return { modelServerUrl, openaiBaseUrl: 'http://127.0.0.1:9/v1', anthropicBaseUrl: 'http://127.0.0.1:9' };
}

/** As a worker puts it together, with the task's limits and size of batches. */
export async function openBenchGateway(
  task: Task,
): Promise<{ gateway: BatchGateway; pool: Pool; stop(): Promise<void> }> {
  const llm = providersAt(task);
  const pool = createPool(task.databaseUrl, { max: 8, applicationName: 'bench-gateway' });
  const redis = connectRedis(task.redisUrl, { onError: () => undefined });
  const limits = sameLimits(task.limits);
  const owner = ownOwner();
  const { price } = task;
  const gateway = createGateway({
    ...{ pool, limits, owner, countInputTokens, leaseMs: 15_000, batch: { size: task.batchSize } },
    limiter: createLimiter(redis, { prefix: task.prefix, owner, history: limitHistory(pool, limits) }),
    providers: createProviders(llm),
    prices: price ? { priceOf: () => price } : openPriceBook(llm),
    log: { info: () => undefined, warn: () => undefined, error: (facts, text) => console.error(text, facts) },
  });
  await gateway.start();
  return {
    gateway,
    pool,
    async stop() {
      await gateway.stop();
      redis.disconnect();
      await pool.end();
    },
  };
}
