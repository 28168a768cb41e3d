import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from './private-folder';
import type { ProgramSpec } from './program';
import { probeRedis } from './redis-probe';
import type { ProgramSource } from './source';
import { serviceEnvironment } from './service-environment';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

export interface RedisServerOptions {
  source: ProgramSource;
  dir: string;
  logFile: string;
  port: number;
  password: string;
}

/** On loopback, with an append-only file of its own, never evicting. */
export function redisServer(options: RedisServerOptions): ProgramSpec {
  const { source, dir, port, password } = options;
  return {
    name: 'redis',
    command: source.path,
    args: [writeConfig(options)],
    env: serviceEnvironment(source.env),
    cwd: dir,
    logFile: options.logFile,
    readyTimeoutMs: READY_TIMEOUT_MS,
    ready: () => serving(redisUrl(port, password)),
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

export function redisUrl(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/** A file, not arguments: everybody on the machine can read a program's arguments, and one is the password. */
function writeConfig({ dir, port, password }: RedisServerOptions): string {
  makePrivateFolder(dir); // its files are readable by everybody
  const file = join(dir, 'redis.conf');
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir "${dir}"`,
    `requirepass ${password}`,
    'appendonly yes',
    'save ""',
    'maxmemory-policy noeviction',
    'databases 64',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return file;
}

async function serving(url: string): Promise<{ version: string } | undefined> {
  const facts = await probeRedis(url);
  return facts && { version: facts.version };
}
