import { join } from 'node:path';
import { makePrivateFolder } from './private-folder';
import type { ProgramSpec } from './program';
import type { ProgramSource } from './source';
import { probeTemporal, setRetention, type SearchAttributes } from './temporal-probe';
import { serviceEnvironment } from './service-environment';

export const TEMPORAL_NAMESPACE = 'default';
const RETENTION_DAYS = 30;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/**
 * With the stock server every sequential step costs 100 ms, because its one shard polls for tasks 20 times a second;
 * with these values it costs 8.4 ms (7.3 when activities start eagerly). One partition per queue spares the hop
 * between partitions that a single process gains nothing from. Without the query count, concurrent queries of one run
 * wait for seconds.
 */
const DYNAMIC_CONFIG: Readonly<Record<string, unknown>> = {
  'history.transferProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxPollRPS': 10_000,
  'history.visibilityProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.MaxBufferedQueryCount': 100,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.enableFairness': true,
  'system.enableActivityEagerExecution': true,
};

export interface TemporalServerOptions {
  source: ProgramSource;
  /** Folder for its SQLite file. */
  dir: string;
  logFile: string;
  port: number;
  uiPort: number;
  searchAttributes: SearchAttributes;
  /** Added to the values above, for tests that force what is rare. */
  dynamicConfig?: Readonly<Record<string, unknown>>;
}

/** The dev server on loopback, with its state in a file, so that a restart loses nothing. */
export function temporalServer(options: TemporalServerOptions): ProgramSpec {
  makePrivateFolder(options.dir); // its database is readable by everybody
  const address = `127.0.0.1:${options.port}`;
  return {
    name: 'temporal',
    command: options.source.path,
    args: argumentsOf(options),
    env: serviceEnvironment(options.source.env),
    logFile: options.logFile,
    readyTimeoutMs: READY_TIMEOUT_MS,
    ready: () => serving(address),
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

async function serving(address: string): Promise<{ version: string } | undefined> {
  const version = await probeTemporal(address, TEMPORAL_NAMESPACE, 1_000);
  if (version === undefined) return undefined;
  await setRetention(address, TEMPORAL_NAMESPACE, RETENTION_DAYS);
  return { version };
}

function argumentsOf({ dir, port, uiPort, searchAttributes, dynamicConfig }: TemporalServerOptions): string[] {
  const config = { ...DYNAMIC_CONFIG, ...dynamicConfig };
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--ui-disable-news-fetch', '--log-level', 'warn', '--db-filename', join(dir, 'temporal.db')],
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
    ...Object.entries(config).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}
