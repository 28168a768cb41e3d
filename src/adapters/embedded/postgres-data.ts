import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { canReach, postgresIdentity } from './postgres-identity';
import { runProgram, type Identity } from './run-program';

export const POSTGRES_USER = 'longhaul';
const INITDB_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_S = 20;
/** Where root's PostgreSQL user can go when a folder above ours is private. Not /tmp: that is emptied at a restart. */
const ROOT_FOLDER = '/var/lib/longhaul';

export interface PostgresPlace {
  dataDir: string;
  identity: Identity | undefined;
}

/** Where the data of the stack in `dir` lies and who owns it: in `dir`, unless PostgreSQL's user cannot get there. */
export async function postgresPlace(dir: string): Promise<PostgresPlace> {
  const here = join(dir, 'postgres');
  const apart = join(ROOT_FOLDER, createHash('sha256').update(dir).digest('hex').slice(0, 12), 'postgres');
  const existing = [here, apart].find((folder) => existsSync(join(folder, 'PG_VERSION')));
  const identity = postgresIdentity(existing);
  const dataDir = existing ?? ((await canReach(dir, identity)) ? here : apart);
  return { dataDir, identity };
}

/** The binaries, copied to where PostgreSQL's user can execute them if it cannot reach them where they are. */
export async function reachableBinaries(binDir: string, identity: Identity | undefined): Promise<string> {
  if (await canReach(binDir, identity)) return binDir;
  const copy = join(ROOT_FOLDER, createHash('sha256').update(binDir).digest('hex').slice(0, 12), 'native');
  await cp(dirname(binDir), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** Creates the data folder unless it exists. @throws LonghaulError ProgramFailed with initdb's complaint. */
export async function initialiseData(binDir: string, place: PostgresPlace, password: string): Promise<void> {
  if (existsSync(join(place.dataDir, 'PG_VERSION'))) return;
  rmSync(place.dataDir, { recursive: true, force: true }); // a first start that was killed half way
  // In two steps: a recursive mkdir would give the folders above the private mode too, and shut PostgreSQL's user out.
  mkdirSync(dirname(place.dataDir), { recursive: true, mode: 0o755 });
  mkdirSync(place.dataDir, { mode: 0o700 });
  const passwordFile = `${place.dataDir}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.identity)
    for (const path of [place.dataDir, passwordFile]) chownSync(path, place.identity.uid, place.identity.gid);
  const args = [
    '-D',
    place.dataDir,
    '-U',
    POSTGRES_USER,
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const { ok, complaint } = await runProgram(join(binDir, 'initdb'), args, {
    timeoutMs: INITDB_TIMEOUT_MS,
    cwd: '/',
    identity: place.identity,
  });
  rmSync(passwordFile);
  if (!ok)
    throw new LonghaulError('ProgramFailed', {
      program: 'initdb',
      what: 'failed',
      detail: complaint,
      logFile: '(none)',
    });
}

/**
 * Stops a server that a killed supervisor left on this data folder; pg_ctl knows whether the pid in postmaster.pid is
 * really that server. Replaced rather than adopted, because only a child tells its own death.
 */
export async function stopLeftOver(binDir: string, place: PostgresPlace): Promise<void> {
  if (!existsSync(join(place.dataDir, 'postmaster.pid'))) return;
  const args = ['stop', '-D', place.dataDir, '-m', 'fast', '-w', '-t', String(STOP_TIMEOUT_S)];
  await runProgram(join(binDir, 'pg_ctl'), args, {
    timeoutMs: STOP_TIMEOUT_S * 1_000 + 5_000,
    cwd: '/',
    identity: place.identity,
  });
}
