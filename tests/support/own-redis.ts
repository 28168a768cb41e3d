import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Redis from 'ioredis';
import { until } from './until';

/** A Redis server of its own, for tests that kill it, empty it or break its disk. It keeps nothing over a restart. */
export interface OwnRedis {
  url: string;
  dir: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Under the same address, and empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-own-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child = await serve(port, dir, url);
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    url,
    dir,
    kill,
    restart: async () => {
      await kill();
      child = await serve(port, dir, url);
    },
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function serve(port: number, dir: string, url: string): Promise<ChildProcess> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  probe.on('error', () => undefined);
  await until(
    () => probe.ping().catch(() => ''),
    (answer) => answer === 'PONG',
  );
  probe.disconnect();
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
