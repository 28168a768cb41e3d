import { cacheFolder } from './cache-folder';
import { withLock } from './file-lock';
import { climb, type Climbed, type Foothold, type Missed, type Rung, type RungWalked } from './ladder';
import { isExecutable, onPath } from './on-path';
import { buildTemporal, checkGo, OLDEST_GO } from './temporal-build';
import { downloadTemporal, temporalArchiveUrl } from './temporal-download';
import { externalTemporal } from './temporal-external';
import { checkTemporalBinary, OLDEST_TEMPORAL_SERVER, pinnedCliVersion } from './temporal-version';
import type { Source } from './source';

/** As long as a build may take. */
const OTHER_BUILD_TIMEOUT_MS = 2 * 60 * 60_000;

export interface TemporalLadderOptions {
  /** A server that the user named. */
  external?: { address: string; namespace: string } | undefined;
  /** Folder with go.mod and go.sum of the CLI. */
  buildFolder: string;
  /** Gives up what takes long. */
  signal?: AbortSignal | undefined;
  onRung(walked: RungWalked): void;
  onProgress(text: string): void;
}

type Attempt = Promise<Foothold<Source> | Missed>;

/** @throws LonghaulError ServiceNotFound, or ServiceUnavailable when the server that the user named does not serve. */
export function findTemporal(options: TemporalLadderOptions): Promise<Climbed<Source>> {
  return climb('Temporal', temporalRungs(options), options.onRung);
}

export function temporalRungs(options: Omit<TemporalLadderOptions, 'onRung'>): Rung<Source>[] {
  const cliVersion = pinnedCliVersion(options.buildFolder);
  const cached = cacheFolder(`temporal-${cliVersion}`, 'temporal');
  return [
    {
      name: 'TEMPORAL_ADDRESS',
      remedy: `set TEMPORAL_ADDRESS to a server ${OLDEST_TEMPORAL_SERVER} or newer.`,
      attempt: () => externalTemporal(options.external),
    },
    { name: 'temporal on PATH', remedy: 'install it from https://docs.temporal.io/cli.', attempt: () => fromPath() },
    { name: "user's cache", remedy: `put a binary at ${cached}.`, attempt: () => fromCache(cached) },
    {
      name: 'download',
      remedy: `allow https access to ${new URL(temporalArchiveUrl(cliVersion)).host}.`,
      costly: true,
      attempt: () => fromDownload(cliVersion, cached, options),
    },
    {
      name: 'build with Go',
      remedy: `install Go ${OLDEST_GO} or newer with access to a module proxy.`,
      costly: true,
      attempt: () => fromGo(cliVersion, cached, options),
    },
  ];
}

async function fromPath(): Attempt {
  const binary = onPath('temporal');
  return binary === undefined ? { skipped: 'not on PATH' } : checked(binary);
}

async function fromCache(cached: string): Attempt {
  return isExecutable(cached) ? checked(cached) : { skipped: `${cached} does not exist` };
}

async function fromDownload(
  cliVersion: string,
  cached: string,
  options: Omit<TemporalLadderOptions, 'onRung'>,
): Attempt {
  return intoCache(cached, options, () => {
    options.onProgress('downloading the Temporal CLI');
    return downloadTemporal(cliVersion, cached, options.signal);
  });
}

async function fromGo(cliVersion: string, cached: string, options: Omit<TemporalLadderOptions, 'onRung'>): Attempt {
  const go = onPath('go');
  if (go === undefined) return { skipped: 'go is not on PATH' };
  const usable = await checkGo(go);
  if ('skipped' in usable) return usable;
  return intoCache(cached, options, () => {
    options.onProgress(`building the Temporal CLI ${cliVersion} with Go ${usable.version}; once, about 4 minutes`);
    return buildTemporal({ go, cliVersion, target: cached, ...options });
  });
}

/** Two starts at once must not both download or build: the second waits and finds the first one's result. */
async function intoCache(
  cached: string,
  options: Omit<TemporalLadderOptions, 'onRung'>,
  make: () => Promise<string | undefined>,
): Attempt {
  const onWait = (pid: number) => options.onProgress(`process ${pid} is getting the Temporal CLI; waiting for it`);
  return withLock(`${cached}.lock`, OTHER_BUILD_TIMEOUT_MS, onWait, async () => {
    const problem = isExecutable(cached) ? undefined : await make();
    return problem === undefined ? checked(cached) : { skipped: problem };
  });
}

async function checked(binary: string): Attempt {
  const result = await checkTemporalBinary(binary);
  return 'skipped' in result ? result : { found: { kind: 'program', path: binary }, version: result.version };
}
