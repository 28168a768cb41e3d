import { assertSchema, createPool, type Pool } from '../adapters/postgres';
import { connectRedis, type RedisConnection } from '../adapters/redis';
import { type FrameWriter, liveFrameWriter } from '../adapters/redis/live-frames';
import { liveTextWriter } from '../adapters/redis/live-text';
import { connectTemporalLazily } from '../adapters/temporal';
import { jsonSchemaProblem } from '../adapters/json-schema';
import { providerNames } from '../adapters/llm/names';
import { openAgents, type Agents } from '../adapters/agents';
import {
  AllowedHosts,
  CredentialHosts,
  guardedRequest,
  openTools,
  pureTools,
  type ToolRegistry,
} from '../adapters/tools';
import type { Settings } from '../adapters/config/settings';
import type { FastActivityDeps, IoActivityDeps } from '../activities';
import type { BatchStepDeps } from '../activities/llm/batch-steps';
import type { CompleteDeps } from '../activities/llm/complete';
import type { ToolActivityDeps } from '../activities/tools/tool-activity-deps';
import { SIMULATION_LIMITS } from '../contracts/wire/simulation-fields.schema';
import type { WorkerRole } from '../contracts/task-queues';
import { present } from '../domain/kernel/assert';
import { createArtifactBus, createPayloads, OutboxPump } from '../gateway/artifacts';
import { createCassettePlayer } from '../gateway/cassette-player';
import type { Log } from '../adapters/log';
import { agentFolder } from './agent-folder';
import { startBlockAlarm } from './loops/block-alarm';
import { startHistoryKeeper } from './loops/history-keeper';
import { startMessenger } from './loops/messenger';
import { startRelay } from './loops/relay';
import { startSweeper } from './loops/sweeper';

/** The longest wait between two looks at a batch, in first waits. */
const LOOKS_GROW = 10;

export interface Dependencies {
  pool: Pool;
  llm(): BatchStepDeps & CompleteDeps;
  io(): IoActivityDeps;
  agents(): Agents;
  fast(): FastActivityDeps;
  /** Opened once for the process. */
  frames(): FrameWriter;
  /** From now on this process acts: leases of lost processes end, loops run. Before, it only holds connections. */
  activate(): Promise<void>;
  /** In order: loops and calls first, connections last. */
  close(): Promise<void>;
}

/**
 * Opens what the roles need and nothing else: a workflows worker touches PostgreSQL only in a fast step, and Redis only
 * for live frames, which nothing waits for, so that either may be away while it replays.
 */
export async function openDependencies(
  roles: readonly WorkerRole[],
  settings: Settings,
  log: Log,
): Promise<Dependencies> {
  const closers: (() => Promise<unknown>)[] = [];
  const activators: (() => Promise<void> | void)[] = [];
  const pool = createPool(settings.postgres.url, {
    max: settings.postgres.poolMax,
    applicationName: `longhaul-${roles.join('+')}`,
  });
  closers.unshift(() => pool.end());
  const needsStores = roles.includes('llm') || roles.includes('io');
  if (needsStores) await assertSchema(pool);
  const redis = connectRedis(settings.redis.url, {
    name: 'longhaul-worker',
    onError: (error) => log.warn({ err: error }, 'Redis'),
  });
  closers.unshift(async () => redis.disconnect());
  const unseen = (error: unknown) => log.warn({ err: error }, 'live frames are dropped; viewers read what is recorded');
  const frames = liveFrameWriter(redis, unseen);
  closers.unshift(() => frames.close());

  const tools = needsStores ? openTools(settings.tools, process.env, jsonSchemaProblem) : pureTools();
  const stores = openStores(settings, pool, redis, log, closers, tools);
  const recordings = createCassettePlayer({ pool, providers: providerNames(settings.llm), log });
  let llm: (BatchStepDeps & CompleteDeps) | undefined;
  if (roles.includes('llm')) llm = await openLlm(settings, stores, redis, log, closers, activators);
  const agents = roles.includes('io') ? openOutsideAgents(settings) : undefined;
  if (agents) closers.unshift(() => agents.close());
  if (roles.includes('io')) activators.push(() => startLoops(settings, pool, redis, log, closers));
  return {
    pool,
    llm: () => present(llm, 'the llm role was not opened'),
    io: () => ({ ...stores, gateway: recordings, frames }),
    agents: () => present(agents, 'the io role was not opened'),
    // The relay brings its artifacts to live readers: pushing costs more than the step.
    fast: () => ({
      ...{ ...stores, tools: pureTools(), settled: () => undefined },
      gateway: recordings,
    }),
    frames: () => frames,
    activate: async () => {
      for (const activate of activators) await activate();
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** Agents think; the bound of one question ends what only hangs. */
const AGENT_SILENCE_MS = SIMULATION_LIMITS.outsideSecondsMax * 1000;

function openOutsideAgents({ runners }: Settings): Agents {
  const hosts = new AllowedHosts(runners.httpAllow, 'runners.httpAllow');
  const credentials = new CredentialHosts(runners.credentials);
  return openAgents({
    ...{ commands: runners.commands, credentials: runners.credentials },
    checkCredential: (name, url) => credentials.check(name, url),
    post: (asked) => guardedRequest(hosts, { ...asked, silenceMs: AGENT_SILENCE_MS }),
    env: process.env,
    folder: agentFolder(),
  });
}

/** What activities of all roles read and write. Nothing is asked before it is used. */
function openStores(
  settings: Settings,
  pool: Pool,
  redis: RedisConnection,
  log: Log,
  closers: (() => Promise<unknown>)[],
  tools: ToolRegistry,
): ToolActivityDeps {
  const payloads = createPayloads(pool, settings.payloads);
  const artifacts = createArtifactBus({ pool, payloads, redis, log });
  closers.unshift(() => artifacts.close());
  const readText = async (tenant: string, ref: string) => {
    const { header, payload } = await artifacts.get(tenant, ref);
    return { mime: header.mime, text: Buffer.from(payload).toString('utf8') };
  };
  const readJson = async (tenant: string, ref: string) => JSON.parse((await readText(tenant, ref)).text) as unknown;
  return { pool, payloads, tools, readJson, readText, settled: () => artifacts.pushNow() };
}

async function openLlm(
  settings: Settings,
  stores: ToolActivityDeps,
  redis: RedisConnection,
  log: Log,
  closers: (() => Promise<unknown>)[],
  activators: (() => Promise<void> | void)[],
): Promise<BatchStepDeps & CompleteDeps> {
  const { openGateway } = await import('../gateway/index.js');
  const gateway = openGateway({ settings, pool: stores.pool, redis, log });
  activators.push(() => gateway.start());
  const alarm = startBlockAlarm(log);
  closers.unshift(
    async () => {
      await gateway.stop();
      log.info(gateway.statistics(), 'gateway: what went together');
    },
    () => alarm.stop(),
  );
  const untold = (error: unknown) => log.warn({ err: error }, 'live text is not sent; the answer comes as a whole');
  return { ...stores, gateway, liveText: (tenant, callKey) => liveTextWriter(redis, tenant, callKey, untold) };
}

function startLoops(
  settings: Settings,
  pool: Pool,
  redis: RedisConnection,
  log: Log,
  closers: (() => Promise<unknown>)[],
): void {
  const temporal = connectTemporalLazily(settings.temporal);
  const relay = startRelay(new OutboxPump(pool, redis), ['artifact', 'run-event'], log);
  const { taskQueuePrefix } = settings.temporal;
  const sweeper = startSweeper({ pool, temporal: temporal.client, taskQueuePrefix, log });
  const { laneAgeMs: ageMs, laneLookMs: lookMs } = settings.llm;
  const lanePolicy = { ageMs, lookMs, lookMsMax: LOOKS_GROW * lookMs };
  const messenger = startMessenger({ pool, temporal: temporal.client, taskQueuePrefix, lanePolicy, log });
  const artifacts = createArtifactBus({ pool, payloads: createPayloads(pool, settings.payloads), redis, log });
  const histories = startHistoryKeeper({ pool, temporal: temporal.client, artifacts, log });
  closers.unshift(
    () => histories.stop(),
    () => artifacts.close(),
    () => messenger.stop(),
    () => sweeper.stop(),
    () => relay.stop(),
    () => temporal.close(),
  );
}
