import { randomUUID } from 'node:crypto';
import { countInputTokens, createProviders, openPriceBook } from '../../../src/adapters/llm';
import { providerNames, type ProviderAddresses } from '../../../src/adapters/llm/names';
import { connectRedis, type RedisConnection } from '../../../src/adapters/redis/connection';
import { createLimiter } from '../../../src/adapters/redis/limiter';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { sameLimits } from '../../../src/domain/llm/limit-rules';
import type { Limits } from '../../../src/domain/llm/limits';
import {
  createCassettePlayer,
  createGateway,
  type BatchGateway,
  type CallContext,
  type CassettePlayer,
  type GatewayCall,
  type GatewayDeps,
  type GatewayResult,
  type ProviderLogRow,
} from '../../../src/gateway';
import type { Log } from '../../../src/gateway/log';
import { LonghaulError, type ErrorCode } from '../../../src/domain/kernel/errors';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { artifact, run, TENANT } from '../../support/ledger';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { freshRedis, type FreshRedis } from '../../support/redis';

export interface Stack {
  pool: Pool;
  redis: RedisConnection;
  database: FreshDatabase;
  redisUrl: string;
  server: ModelServer;
  /** What the gateways of this suite logged; nothing of it may hold a secret. */
  logged: string[];
  gateway(overrides?: Partial<GatewayDeps>, limits?: Partial<Limits>): BatchGateway;
  /** As a process has it that may ask nobody: without a key, a model server, or a price. */
  player(addresses?: Partial<ProviderAddresses>): CassettePlayer;
  stop(): Promise<void>;
}

const UNLIMITED: Limits = { windows: [{ name: 'requests/min', windowMs: 60_000, limit: 100_000 }], concurrent: 1000 };
const NOWHERE: ProviderAddresses = { openaiBaseUrl: 'http://127.0.0.1:9/v1', anthropicBaseUrl: 'http://127.0.0.1:9' };

/** Real PostgreSQL, Redis and model server, and the gateway as a worker puts it together. */
export async function startStack(): Promise<Stack> {
  const [database, redisBase, server] = await Promise.all([freshDatabase(), freshRedis(), startModelServer()]);
  const logged: string[] = [];
  const log = recorder(logged);
  const pool = createPool(database.url, { max: 10, applicationName: 'gateway-test' });
  const redis = connectRedis(redisBase.url, { onError: () => undefined });
  const llm = {
    modelServerUrl: server.url,
    ...NOWHERE,
    openaiApiKey: 'canary-key-never-shown',
    anthropicApiKey: 'canary-key-never-shown-either',
  };
  return {
    pool,
    redis,
    database,
    redisUrl: redisBase.url,
    server,
    logged,
    player: (addresses) => createCassettePlayer({ pool, providers: providerNames({ ...NOWHERE, ...addresses }), log }),
    gateway: (overrides = {}, limits = {}) =>
      createGateway({
        pool,
        limiter: createLimiter(redis, { prefix: `test-${randomUUID()}` }),
        limits: sameLimits({ ...UNLIMITED, ...limits }),
        providers: createProviders(llm),
        prices: openPriceBook(llm),
        countInputTokens,
        log,
        leaseMs: 15_000,
        ...overrides,
      }),
    stop: () => stopAll(pool, redis, database, redisBase, server),
  };
}

async function stopAll(
  pool: Pool,
  redis: RedisConnection,
  database: FreshDatabase,
  redisBase: FreshRedis,
  server: ModelServer,
): Promise<void> {
  await server.stop();
  redis.disconnect();
  await pool.end();
  await database.drop();
  await redisBase.drop();
}

function recorder(lines: string[]): Log {
  const write = (facts: object, message: string) =>
    void lines.push(
      `${message} ${JSON.stringify(facts, (_, value: unknown) => (value instanceof Error ? `${value.message} ${value.stack}` : value))}`,
    );
  return { info: write, warn: write, error: write };
}

export interface TestRun {
  runId: string;
  /** A call of agent `a` (or another node) of this run; `index` makes it another logical call. */
  call(index: number, overrides?: Partial<GatewayCall> & { prompt?: string }): GatewayCall;
}

/** A run whose own budget and whose agents' budgets are `limitMicroUsd`. */
export async function testRun(pool: Pool, limitMicroUsd = 1_000_000, nodes = ['a']): Promise<TestRun> {
  const { runId } = await run(pool, {
    costLimitMicroUsd: limitMicroUsd,
    nodes: nodes.map((name) => ({ name, costLimitMicroUsd: limitMicroUsd })),
  });
  return {
    runId,
    call: (index, { prompt = `question ${index} [[tokens: 20]]`, ...overrides } = {}) => ({
      tenant: TENANT,
      runId,
      node: nodes[0]!,
      callKey: `${runId}/${nodes[0]!}/${index}`,
      budgets: [`agent:${runId}/${nodes[0]!}`, `run:${runId}`],
      request: { model: 'scripted-echo', messages: [{ role: 'user', content: prompt }], maxTokens: 20 },
      timeoutMs: 20_000,
      maxWaitMs: 20_000,
      buildArtifacts: async (answer, facts) => {
        const header = artifact(runId, { model: answer.model, costMicroUsd: facts.costMicroUsd, tags: ['call'] });
        return { artifacts: [header], resultRef: header.ref };
      },
      ...overrides,
    }),
  };
}

export function context(signal: AbortSignal = new AbortController().signal): CallContext & { beats: number } {
  return {
    signal,
    beats: 0,
    heartbeat() {
      this.beats += 1;
    },
  };
}

/** The error with which a call ends. Fails when it does not, or with something that is not in the table. */
export async function failureOf(answer: Promise<GatewayResult>, code: ErrorCode): Promise<LonghaulError> {
  const outcome = await answer.then(
    (result) => result,
    (error: unknown) => error,
  );
  if (!LonghaulError.is(outcome))
    throw new Error(`expected ${code}, got ${outcome instanceof Error ? outcome.stack : JSON.stringify(outcome)}`);
  expect(`${outcome.code}: ${outcome.message}`).toMatch(new RegExp(`^${code}: `));
  return outcome;
}

export interface AttemptRow {
  call_key: string;
  n: number;
  state: string;
  failure_class: string | null;
  failure: string | null;
  estimate_micro_usd: number;
  actual_micro_usd: number | null;
}

export async function attemptsOf(pool: Pool, callKey: string): Promise<AttemptRow[]> {
  const { rows } = await pool.query<AttemptRow>(
    'SELECT call_key, n, state, failure_class, failure, estimate_micro_usd, actual_micro_usd FROM attempt WHERE call_key LIKE $1 ORDER BY call_key, n',
    [callKey],
  );
  return rows;
}

/** What the model server billed, by its own book. */
export async function providerLog(server: ModelServer): Promise<ProviderLogRow[]> {
  return (await server.readAccepted()).flatMap(({ attemptKey, inputTokens, outputTokens, idempotencyKey }) =>
    attemptKey === null ? [] : [{ attemptKey, inputTokens, outputTokens, idempotencyKey }],
  );
}
