import { Redis } from 'ioredis';

export type RedisConnection = Redis;

/** A half-open link hung a command for good until a deadline of the client's own ended it. */
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

export interface RedisOptions {
  /** Called for each lost connection and failed reconnect; the connection mends itself. */
  onError(error: Error): void;
  commandTimeoutMs?: number;
  /** Shown by `CLIENT LIST`. */
  name?: string;
}

/**
 * A connection that opens on first use. Every command ends within its deadline, and none is sent twice: by default the
 * client repeats what was under way when a connection broke, which counted an INCR twice. It reconnects for ever;
 * commands issued meanwhile fail, and the callers decide what that means.
 */
export function connectRedis(url: string, options: RedisOptions): RedisConnection {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: options.name ?? 'longhaul',
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS),
  });
  redis.on('error', options.onError); // without a listener the first lost connection would end the process
  return redis;
}

/** The server's version, as a sign of life. @throws when Redis does not answer in time. */
export async function redisVersion(redis: RedisConnection): Promise<string> {
  const info = await redis.info('server');
  return /^(?:redis|valkey)_version:(\S+)/m.exec(info)?.[1] ?? 'unknown';
}
