import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RungWalked } from '../../../../src/adapters/embedded/ladder';
import { findPostgres } from '../../../../src/adapters/embedded/postgres-ladder';
import { findRedis } from '../../../../src/adapters/embedded/redis-ladder';
import { buildTemporal } from '../../../../src/adapters/embedded/temporal-build';
import { findTemporal } from '../../../../src/adapters/embedded/temporal-ladder';

/** The ladders on a machine whose PATH and cache hold exactly what a test puts there. */
let machine: string;
let walked: RungWalked[];
const before = { PATH: process.env['PATH'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] };

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'longhaul-ladders-'));
  walked = [];
  program('bin/sh-is-elsewhere', 'exit 0');
  process.env['PATH'] = join(machine, 'bin');
  process.env['XDG_CACHE_HOME'] = join(machine, 'cache');
});
afterEach(() => {
  Object.assign(process.env, before);
  if (before.XDG_CACHE_HOME === undefined) delete process.env['XDG_CACHE_HOME'];
  rmSync(machine, { recursive: true });
});

function program(path: string, script: string): string {
  const file = join(machine, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const onRung = (step: RungWalked) => void walked.push(step);
const skipped = () => walked.filter(({ taken }) => !taken).map(({ rung, detail }) => `${rung}: ${detail}`);
const temporalSays = (server: string) => `echo "temporal version 1.8.2 (Server ${server}, UI 2.50.1)"`;

describe('Temporal', () => {
  const buildFolder = join(__dirname, '../../../../deploy/temporal');
  const options = { buildFolder, onRung, onProgress: () => undefined };

  it('is taken from PATH when its server is new enough', async () => {
    const path = program('bin/temporal', temporalSays('1.31.0'));
    expect(await findTemporal(options)).toEqual({
      found: { kind: 'program', path },
      version: '1.31.0',
      origin: 'temporal on PATH',
    });
    expect(skipped()).toEqual(['TEMPORAL_ADDRESS: not set']);
  });

  it('is taken from the cache when the one on PATH is too old, which is said', async () => {
    const old = program('bin/temporal', temporalSays('1.30.2'));
    const path = program('cache/longhaul/temporal-1.8.2/temporal', temporalSays('1.31.2'));
    expect(await findTemporal(options)).toEqual({
      found: { kind: 'program', path },
      version: '1.31.2',
      origin: "user's cache",
    });
    expect(skipped()[1]).toBe(`temporal on PATH: ${old} holds server 1.30.2; 1.31 or newer is needed`);
  });

  it('is not taken from a file that is no Temporal', async () => {
    program('bin/temporal', 'echo hello');
    const path = program('cache/longhaul/temporal-1.8.2/temporal', temporalSays('1.32.0'));
    expect(await findTemporal(options)).toMatchObject({ found: { path }, version: '1.32.0' });
    expect(skipped()[1]).toContain('does not say which server it holds: hello');
  });

  it('is built from the pinned modules, away from the project', async () => {
    // Stands in for the compiler only: it checks what it is asked for and leaves a program that says its version.
    const go = program(
      'bin/go',
      '[ "$1" = version ] && { echo "go version go1.26.4 x/y"; exit; }\n[ -f go.mod ] && [ -f go.sum ] && [ "$GOFLAGS" = "-mod=readonly -buildvcs=false" ] || exit 3\necho "echo built" > temporal',
    );
    const target = join(machine, 'cache/temporal');
    expect(
      await buildTemporal({ go, buildFolder, cliVersion: '1.8.2', target, onProgress: () => undefined }),
    ).toBeUndefined();
    expect(readFileSync(target, 'utf8')).toBe('echo built\n');
    expect(existsSync(join(buildFolder, 'temporal'))).toBe(false);

    const broken = program(
      'bin/go',
      '[ "$1" = version ] && { echo "go version go1.26.4 x/y"; exit; }\necho "no module proxy answers" >&2; exit 1',
    );
    expect(
      await buildTemporal({ go: broken, buildFolder, cliVersion: '1.8.2', target, onProgress: () => undefined }),
    ).toContain('no module proxy answers');
  });

  it('names all ways, with an old Go as the reason, when none works', async () => {
    program('bin/go', 'echo "go version go1.19.8 linux/amd64"');
    const error = await findTemporal({ ...options, signal: offline() }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'ServiceNotFound' });
    for (const way of [
      'TEMPORAL_ADDRESS: not set',
      'temporal on PATH: not on PATH',
      "user's cache",
      'download',
      'Go 1.19.8 is on PATH; 1.21 or newer is needed',
    ]) {
      expect((error as Error).message).toContain(way);
    }
  });

  /** Ends the download at once, so that no test depends on the internet. */
  function offline(): AbortSignal {
    return AbortSignal.abort(new Error('offline'));
  }
});

describe('PostgreSQL', () => {
  it('does not start a server on data of another major version', async () => {
    const dataDir = join(machine, 'data');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'PG_VERSION'), '9\n');
    program('bin/initdb', 'exit 0');
    program('bin/postgres', 'echo "postgres (PostgreSQL) 16.3"');
    await expect(findPostgres({ dataDir, onRung })).rejects.toMatchObject({ code: 'ServiceNotFound' });
    expect(skipped()[1]).toContain(
      `${join(machine, 'bin')} holds version 16.3, but the data in ${dataDir} was made by version 9`,
    );
  });

  it('needs initdb beside postgres', async () => {
    program('bin/postgres', 'echo "postgres (PostgreSQL) 99.1"');
    const { version } = await findPostgres({ dataDir: join(machine, 'none'), onRung });
    expect(version).not.toBe('99.1');
  });
});

describe('Redis', () => {
  const options = { onRung, onProgress: () => undefined };

  it('is taken from valkey-server when redis-server is too old', async () => {
    program('bin/redis-server', 'echo "Redis server v=6.2.1 sha=0"');
    const path = program('bin/valkey-server', 'echo "Valkey server v=8.0.1 sha=0"');
    expect(await findRedis(options)).toMatchObject({ found: { path }, version: '8.0.1' });
  });

  it('names all ways when none works', async () => {
    await expect(findRedis(options)).rejects.toMatchObject({
      code: 'ServiceNotFound',
      message: expect.stringMatching(/REDIS_URL: not set[^]*neither is on PATH[^]*(apt-get|not Debian)/),
    });
  });
});
