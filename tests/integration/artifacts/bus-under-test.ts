import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, type Pool } from '../../../src/adapters/postgres';
import { publishArtifacts } from '../../../src/adapters/postgres/artifacts';
import { OUTBOX_STREAMS } from '../../../src/adapters/postgres/outbox';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis';
import {
  createArtifactBus,
  createPayloads,
  OutboxPump,
  type ArtifactBus,
  type ArtifactDraft,
  type ArtifactEvent,
  type Subscription,
} from '../../../src/gateway/artifacts';
import { createLog } from '../../../src/adapters/log';
import { type Loop } from '../../../src/worker/loops/loop';
import { startRelay } from '../../../src/worker/loops/relay';
import { freshDatabase } from '../../support/database';
import { freshRedis } from '../../support/redis';

export const TENANT = 'acme';
const log = createLog('silent', {});

export interface BusUnderTest {
  pool: Pool;
  redis: RedisConnection;
  bus: ArtifactBus;
  /** Without the push after each publication: only a relay moves its artifacts. */
  quietBus: ArtifactBus;
  databaseUrl: string;
  redisUrl: string;
  payloadDir: string;
  /** A relay on `redisUrl`, by default the suite's own; stopped with the suite. */
  relay(redisUrl?: string): Loop;
  /** Rows that no relay has published yet. */
  unpublished(): Promise<number>;
  close(): Promise<void>;
}

export async function openBus(): Promise<BusUnderTest> {
  const database = await freshDatabase();
  const freshlyMade = await freshRedis();
  const payloadDir = await mkdtemp(join(tmpdir(), 'longhaul-bus-'));
  const pool = createPool(database.url, { max: 20 });
  const redis = connect(freshlyMade.url);
  const payloads = createPayloads(pool, { dir: payloadDir });
  const bus = createArtifactBus({ pool, payloads, redis, log });
  const quietBus = createArtifactBus({ pool, payloads, redis: null, log });
  const opened: (() => Promise<unknown>)[] = [];
  return {
    pool,
    redis,
    bus,
    quietBus,
    databaseUrl: database.url,
    redisUrl: freshlyMade.url,
    payloadDir,
    relay: (redisUrl = freshlyMade.url) => {
      const own = connect(redisUrl);
      const relay = startRelay(new OutboxPump(pool, own), OUTBOX_STREAMS, log);
      opened.push(() => relay.stop().finally(() => own.disconnect()));
      return relay;
    },
    unpublished: async () =>
      (await pool.query<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE published_at IS NULL')).rows[0]!.n,
    close: async () => {
      await Promise.all(opened.map((close) => close()));
      await bus.close();
      redis.disconnect();
      await pool.end();
      await Promise.all([database.drop(), freshlyMade.drop(), rm(payloadDir, { recursive: true, force: true })]);
    },
  };
}

function connect(url: string): RedisConnection {
  return connectRedis(url, { onError: () => undefined, name: 'longhaul-test' }); // suites cut links on purpose
}

export function draft(changes: Partial<ArtifactDraft> = {}): ArtifactDraft {
  return { tenant: TENANT, sessionId: 'session', type: 'state', mime: 'application/json', ...changes };
}

/** Publishes `count` artifacts one after another; gives their refs. */
export async function publishMany(
  bus: ArtifactBus,
  count: number,
  changes: Partial<ArtifactDraft> = {},
): Promise<string[]> {
  const refs: string[] = [];
  for (let index = 0; index < count; index++)
    refs.push((await bus.publish(draft(changes), Buffer.from(`payload ${index % 7}`))).ref);
  return refs;
}

/** Artifact rows as a settled batch of calls writes them, without payloads behind them: for suites that need thousands. */
export async function insertMany(pool: Pool, count: number, changes: Partial<ArtifactDraft> = {}): Promise<string[]> {
  const refs: string[] = [];
  while (refs.length < count) {
    const headers = Array.from({ length: Math.min(100, count - refs.length) }, () => ({
      ...draft(changes),
      ...NO_PAYLOAD,
      ref: randomUUID(),
    }));
    refs.push(...(await publishArtifacts(pool, headers)).map((published) => published.ref));
  }
  return refs;
}

const NO_PAYLOAD = { driver: 'filesystem', sha256: 'a'.repeat(64), bytes: 1, rawBytes: 1 };

export interface Listener {
  events: ArtifactEvent[];
  refs(): string[];
  /** Ends the subscription and rethrows what ended it early. */
  stop(): Promise<void>;
}

/** Collects what a subscription yields. */
export function listen(
  bus: ArtifactBus,
  subscription: Partial<Subscription> = {},
  onEvent?: (event: ArtifactEvent) => Promise<void>,
): Listener {
  const ending = new AbortController();
  const events: ArtifactEvent[] = [];
  const finished = (async () => {
    for await (const event of bus.subscribe({
      tenant: TENANT,
      from: 'start',
      signal: ending.signal,
      ...subscription,
    })) {
      events.push(event);
      await onEvent?.(event);
    }
  })();
  finished.catch(() => undefined); // told by stop()
  return {
    events,
    refs: () => events.map((event) => event.header.ref),
    stop: async () => {
      ending.abort();
      await finished;
    },
  };
}
