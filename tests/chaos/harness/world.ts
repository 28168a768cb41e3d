import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Stack } from '../../../src/adapters/embedded';
import { loadCredentials } from '../../../src/adapters/embedded/credentials';
import { freePort } from '../../../src/adapters/embedded/free-port';
import { createPool } from '../../../src/adapters/postgres';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis';
import { connectTemporal, type TemporalClient } from '../../../src/adapters/temporal';
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/search-attributes';
import type { Build } from './build';
import { Client } from './client';
import { FaultLink } from './fault-link';

const SERVICES = ['temporal', 'postgres', 'redis', 'modelServer'] as const;
type LinkName = (typeof SERVICES)[number];

/** A whole stack whose workers and API reach every service over a link that can break. The harness itself goes direct. */
export interface World {
  dir: string;
  stack: Stack;
  client: Client;
  links: Record<LinkName, FaultLink>;
  /** Direct: what the harness sees must not depend on the faults that it makes. */
  pool: Pool;
  redis: RedisConnection;
  temporal: TemporalClient;
  /** @param keep leaves the folder with data and logs for whoever looks into a failure */
  close(keep: boolean): Promise<void>;
}

/** Longer than a stall, so that who wakes finds his attempts still his; short, because a death that nobody saw is waited out. */
const LEASE_MS = 8_000;

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const EXIT_INTERRUPTED = 130;

export async function openWorld(build: Build, onProgress: (text: string) => void): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-chaos-'));
  await chmod(dir, 0o755); // PostgreSQL's own user must reach its data below
  const ports = await portsOf();
  const links = await linksTo(ports);
  const { postgresPassword, redisPassword } = loadCredentials(join(dir, '.longhaul', 'credentials.json'));
  const giveUp = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => giveUp.abort(new Error(`ended by ${signal}`));
  for (const signal of INTERRUPTS) process.on(signal, interrupt);
  const stack = await build.startStack({
    signal: giveUp.signal,
    ...{ dir, ports, durable: false, searchAttributes: SEARCH_ATTRIBUTES },
    workerEnv: {
      TEMPORAL_ADDRESS: `127.0.0.1:${links.temporal.port}`,
      DATABASE_URL: `postgres://longhaul:${postgresPassword}@127.0.0.1:${links.postgres.port}/longhaul`,
      REDIS_URL: `redis://:${redisPassword}@127.0.0.1:${links.redis.port}`,
      LONGHAUL_MODEL_SERVER_URL: `http://127.0.0.1:${links.modelServer.port}/v1`,
      LONGHAUL_REQUESTS_PER_MINUTE: '100000',
      LONGHAUL_REQUESTS_PER_HOUR: '0',
      LONGHAUL_REQUESTS_PER_DAY: '0',
      LONGHAUL_TOKENS_PER_MINUTE: '0',
      LONGHAUL_CONCURRENT_REQUESTS: '200',
      LONGHAUL_LEASE_MS: String(LEASE_MS),
      LONGHAUL_LOG_LEVEL: 'info',
    },
    onEvent: (event) => event.type === 'progress' && onProgress(`${event.service}: ${event.text}`),
  });
  // A program that just dies leaves services behind that nobody looks for.
  giveUp.signal.addEventListener('abort', () => void stack.stop().finally(() => process.exit(EXIT_INTERRUPTED)));
  const { postgres, redis: limits, temporal: address } = stack.state.services;
  const pool = createPool(postgres!.url, { max: 3, onIdleError: () => undefined }); // restarts are our own doing
  const redis = connectRedis(limits!.url, { onError: () => undefined });
  const temporal = await connectTemporal(address!);
  return {
    ...{ dir, stack, client: new Client(stack), links, pool, redis, temporal },
    close: async (keep) => {
      for (const signal of INTERRUPTS) process.off(signal, interrupt);
      await Promise.all([pool.end(), temporal.close()]);
      redis.disconnect();
      await stack.stop();
      await Promise.all(Object.values(links).map((link) => link.close()));
      if (!keep) await rm(dir, { recursive: true, force: true });
    },
  };
}

async function portsOf(): Promise<Record<LinkName, number>> {
  const ports = await Promise.all(SERVICES.map(async (name) => [name, await freePort()] as const));
  return Object.fromEntries(ports) as Record<LinkName, number>;
}

async function linksTo(ports: Record<LinkName, number>): Promise<Record<LinkName, FaultLink>> {
  const links = SERVICES.map(async (name) => [name, await FaultLink.open(ports[name])] as const);
  return Object.fromEntries(await Promise.all(links)) as Record<LinkName, FaultLink>;
}
