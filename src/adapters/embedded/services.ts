import { join } from 'node:path';
import { allOrFirstFailure } from './all-or-first-failure';
import type { Credentials } from './credentials';
import { freePort } from './free-port';
import type { Climbed, RungWalked } from './ladder';
import { initialiseData, postgresPlace, reachableBinaries, stopLeftOver } from './postgres-data';
import { findPostgres } from './postgres-ladder';
import { postgresServer, postgresUrl } from './postgres-server';
import type { ProcessSupervisor } from './process-supervisor';
import { projectRoot } from './project-root';
import { findRedis } from './redis-ladder';
import { redisServer, redisUrl } from './redis-server';
import type { Source } from './source';
import type { StackOptions } from './stack-options';
import { stackFolder, type StackState } from './state-file';
import { findTemporal } from './temporal-ladder';
import { ensureSearchAttributes } from './temporal-probe';
import { TEMPORAL_NAMESPACE, temporalServer } from './temporal-server';

export const DATABASE = 'longhaul';

export interface ServiceContext {
  options: StackOptions;
  supervisor: ProcessSupervisor;
  credentials: Credentials;
  onRung(walked: RungWalked): void;
  onProgress(service: string, text: string): void;
}

type Services = StackState['services'];

/** Finds and starts the three services side by side. */
export async function startServices(context: ServiceContext): Promise<Services> {
  const starts = [startTemporal(context), startPostgres(context), startRedis(context)] as const;
  const [temporal, postgres, redis] = await allOrFirstFailure(starts);
  return { temporal, postgres, redis };
}

async function startTemporal(context: ServiceContext): Promise<Services['temporal']> {
  const { options, supervisor, onRung, onProgress } = context;
  const named = options.external?.temporal;
  const buildFolder = join(projectRoot(), 'deploy', 'temporal');
  const climbed = await findTemporal({
    external: named,
    buildFolder,
    signal: options.signal,
    onRung,
    onProgress: (text) => onProgress('Temporal', text),
  });
  if (climbed.found.kind === 'external') {
    const { address } = climbed.found;
    const namespace = named?.namespace ?? TEMPORAL_NAMESPACE;
    await ensureSearchAttributes(address, namespace, options.searchAttributes);
    return { address, namespace, ...(named?.uiUrl === undefined ? {} : { uiUrl: named.uiUrl }), ...originOf(climbed) };
  }
  const port = options.ports?.temporal ?? (await freePort());
  const uiPort = options.ports?.temporalUi ?? (await freePort());
  const { pid } = await supervisor.start(
    temporalServer({
      source: climbed.found,
      port,
      uiPort,
      searchAttributes: options.searchAttributes,
      dynamicConfig: options.temporalDynamicConfig ?? {},
      ...placeOf(options.dir, 'temporal'),
    }),
  );
  return {
    address: `127.0.0.1:${port}`,
    namespace: TEMPORAL_NAMESPACE,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    pid,
    ...originOf(climbed),
  };
}

async function startPostgres({
  options,
  supervisor,
  credentials,
  onRung,
}: ServiceContext): Promise<Services['postgres']> {
  const place = await postgresPlace(stackFolder(options.dir));
  const climbed = await findPostgres({ external: options.external?.databaseUrl, dataDir: place.dataDir, onRung });
  if (climbed.found.kind === 'external') return { url: climbed.found.address, ...originOf(climbed) };
  const password = credentials.postgresPassword;
  const binDir = await reachableBinaries(climbed.found.path, place.identity);
  await stopLeftOver(binDir, place);
  await initialiseData(binDir, place, password);
  const port = options.ports?.postgres ?? (await freePort());
  const { logFile } = placeOf(options.dir, 'postgres');
  const { pid } = await supervisor.start(
    postgresServer({ binDir, place, port, password, logFile, database: DATABASE, durable: options.durable ?? true }),
  );
  return { url: postgresUrl(port, password, DATABASE), pid, ...originOf(climbed) };
}

async function startRedis({
  options,
  supervisor,
  credentials,
  onRung,
  onProgress,
}: ServiceContext): Promise<Services['redis']> {
  const climbed = await findRedis({
    external: options.external?.redisUrl,
    onRung,
    onProgress: (text) => onProgress('Redis', text),
  });
  if (climbed.found.kind === 'external') return { url: climbed.found.address, ...originOf(climbed) };
  const port = options.ports?.redis ?? (await freePort());
  const password = credentials.redisPassword;
  const { pid } = await supervisor.start(
    redisServer({ source: climbed.found, port, password, ...placeOf(options.dir, 'redis') }),
  );
  return { url: redisUrl(port, password), pid, ...originOf(climbed) };
}

function placeOf(dir: string, name: string): { dir: string; logFile: string } {
  return { dir: join(stackFolder(dir), name), logFile: logFileOf(dir, name) };
}

export function logFileOf(dir: string, name: string): string {
  return join(stackFolder(dir), 'logs', `${name}.log`);
}

function originOf({ origin, version }: Climbed<Source>): { origin: string; version: string } {
  return { origin, version };
}
