import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { cacheFolder } from './cache-folder';
import { withLock } from './file-lock';
import { climb, type Climbed, type Foothold, type Missed, type Rung, type RungWalked } from './ladder';
import { onPath } from './on-path';
import { debianLibraryPath, isDebianLike, unpackDebianRedis } from './redis-debian';
import { probeRedis } from './redis-probe';
import { runProgram } from './run-program';
import type { Source } from './source';
import { compareVersions } from './version';

export const OLDEST_REDIS = '7.0';
const OTHER_FETCH_TIMEOUT_MS = 300_000;

export interface RedisLadderOptions {
  /** Connection string of a server that the user named. */
  external?: string | undefined;
  onRung(walked: RungWalked): void;
  onProgress(text: string): void;
}

type Attempt = Promise<Foothold<Source> | Missed>;

/** @throws LonghaulError ServiceNotFound, or ServiceUnavailable when the server that the user named does not serve. */
export function findRedis(options: RedisLadderOptions): Promise<Climbed<Source>> {
  return climb('Redis', redisRungs(options), options.onRung);
}

export function redisRungs({ external, onProgress }: Omit<RedisLadderOptions, 'onRung'>): Rung<Source>[] {
  return [
    {
      name: 'REDIS_URL',
      remedy: `set REDIS_URL to a Redis or Valkey server ${OLDEST_REDIS} or newer.`,
      attempt: () => fromUrl(external),
    },
    {
      name: 'redis-server or valkey-server on PATH',
      remedy: 'install one of them (Debian: apt-get install redis-server).',
      attempt: fromPath,
    },
    {
      name: 'Debian package in the cache',
      remedy: 'use a Debian or Ubuntu machine whose package sources answer.',
      costly: true,
      attempt: () => fromDebian(onProgress),
    },
  ];
}

/**
 * The server that the user named must serve, and must not evict: what it holds are permits and windows of paid calls,
 * and a key that vanishes under memory pressure is a limit that is not kept.
 */
async function fromUrl(url: string | undefined): Attempt {
  if (url === undefined) return { skipped: 'not set' };
  const facts = await probeRedis(url);
  if (!facts)
    throw new LonghaulError('ServiceUnavailable', {
      service: 'Redis',
      detail: 'nothing serves at the address that REDIS_URL names',
    });
  const { version, maxmemoryPolicy = 'noeviction' } = facts;
  if (compareVersions(version, OLDEST_REDIS) < 0)
    throw new LonghaulError('ServiceTooOld', { service: 'Redis at REDIS_URL', found: version, needed: OLDEST_REDIS });
  if (maxmemoryPolicy !== 'noeviction') {
    const detail = `Redis at REDIS_URL has maxmemory-policy ${maxmemoryPolicy}; set it to noeviction, or limits are forgotten when memory is short`;
    throw new LonghaulError('InvalidConfiguration', { detail });
  }
  return { found: { kind: 'external', address: url }, version };
}

async function fromPath(): Attempt {
  const binaries = ['redis-server', 'valkey-server'].map((name) => onPath(name)).filter((path) => path !== undefined);
  const reasons: string[] = [];
  for (const path of binaries) {
    const result = await checked(path);
    if ('found' in result) return result;
    reasons.push(result.skipped);
  }
  return { skipped: reasons.join('; ') || 'neither is on PATH' };
}

async function fromDebian(onProgress: (text: string) => void): Attempt {
  if (process.platform !== 'linux') return { skipped: `this is ${process.platform}, not Debian` };
  const root = cacheFolder('redis-debian');
  const binary = join(root, 'usr/bin/redis-server');
  if (!existsSync(binary)) {
    if (!isDebianLike()) return { skipped: 'apt-get, apt-cache or dpkg-deb is not on PATH' };
    const problem = await fetchOnce(root, binary, onProgress);
    if (problem !== undefined) return { skipped: problem };
  }
  return checked(binary, { LD_LIBRARY_PATH: await debianLibraryPath(root) });
}

function fetchOnce(root: string, binary: string, onProgress: (text: string) => void): Promise<string | undefined> {
  const onWait = (pid: number) => onProgress(`process ${pid} is fetching the Debian package; waiting for it`);
  return withLock(`${root}.lock`, OTHER_FETCH_TIMEOUT_MS, onWait, async () => {
    if (existsSync(binary)) return undefined;
    onProgress('fetching the Debian package');
    return unpackDebianRedis(root);
  });
}

async function checked(path: string, env: Readonly<Record<string, string>> = {}): Attempt {
  const { ok, stdout, complaint } = await runProgram(path, ['--version'], {
    timeoutMs: 10_000,
    env: { ...process.env, ...env },
  });
  const version = /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (!ok || version === undefined) return { skipped: `${path} --version fails: ${complaint}` };
  if (compareVersions(version, OLDEST_REDIS) < 0)
    return { skipped: `${path} is version ${version}; ${OLDEST_REDIS} or newer is needed` };
  return { found: { kind: 'program', path, env }, version };
}
