import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { AcceptedLine, BookLine } from '../../src/model-server/book';
import { readJsonLines } from './json-lines';
import { until } from './until';

const PROGRAM = resolve(__dirname, '../../dist/model-server/main.js');
const START_MS_MAX = 20_000;
const STATE_MS_MAX = 20_000;

export interface ModelServerOptions {
  latency?: string;
  faults?: readonly string[];
  seed?: number;
  requestsPerMinute?: number;
  /** `UNIT=N/SECONDS[:MODEL]` */
  limits?: readonly string[];
  retryAfter?: string;
  /** How long a batch takes, in ms. */
  batchMs?: number;
  keepResponsesSeconds?: number;
  idempotency?: boolean;
  host?: string;
  /** 0 takes a free one; a fixed one lets a test stop the server and start it again under the same address. */
  port?: number;
  /** An existing book is continued; by default one in a folder that `stop()` removes. */
  logFile?: string;
}

export interface ModelServerState {
  accepted: number;
  rejected: number;
  completed: number;
  cut: number;
  repeated: number;
  inFlight: number;
  holding: boolean;
  held: number;
  latency: string;
  idempotency: boolean;
  faults: Array<{ spec: string; matched: number; fired: number }>;
}

export interface ModelServer {
  /** With `/v1`. */
  url: string;
  logFile: string;
  pid: number;
  /** All lines of the book that are on disk. */
  readLog(): Promise<BookLine[]>;
  /** The billing lines. */
  readAccepted(): Promise<AcceptedLine[]>;
  state(): Promise<ModelServerState>;
  /** Waits until the state is as wanted. @throws after 20 s, with the last state. */
  until(wanted: (state: ModelServerState) => boolean): Promise<ModelServerState>;
  /** Replaces the fault rules. */
  setFaults(...specs: string[]): Promise<ModelServerState>;
  setLatency(spec: string): Promise<ModelServerState>;
  setBatchMs(batchMs: number): Promise<ModelServerState>;
  setIdempotency(on: boolean): Promise<ModelServerState>;
  /** From now on accepted answers are held open. */
  hold(): Promise<ModelServerState>;
  /** Lets the `count` oldest go; without a count all, and holds no more. */
  release(count?: number): Promise<ModelServerState>;
  /** Stops the program and removes the book's folder. @returns its exit code; null when a signal ended it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts the real program from `dist` and resolves when it serves. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing; run \`node scripts/build.cjs\`.`);
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-model-server-'));
  const logFile = options.logFile ?? join(folder, 'book.jsonl');
  const child = spawn(process.execPath, [PROGRAM, ...flagsOf(options, logFile)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LONGHAUL_LOG_LEVEL: 'warn' },
  });
  const killChild = () => child.kill('SIGKILL'); // an interrupted test run must leave nothing behind
  process.once('exit', killChild);
  const { url } = await ready(child);
  const call = caller(new URL(url).origin);
  const readLog = () => Promise.resolve(readJsonLines<BookLine>(logFile));
  return {
    url,
    logFile,
    pid: child.pid!,
    readLog,
    readAccepted: async () => (await readLog()).filter((line) => line.kind === 'accepted'),
    state: () => call('/control/state'),
    until: (wanted) => until(() => call('/control/state'), wanted, STATE_MS_MAX),
    setFaults: (...faults) => call('/control/faults', { faults }),
    setLatency: (latency) => call('/control/latency', { latency }),
    setBatchMs: (batchMs) => call('/control/batches', { batchMs }),
    setIdempotency: (on) => call('/control/idempotency', { on }),
    hold: () => call('/control/hold', {}),
    release: (count) => call('/control/release', { count }),
    stop: async (signal = 'SIGTERM') => {
      process.off('exit', killChild);
      const code = await stop(child, signal);
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

function flagsOf(
  {
    host,
    port = 0,
    latency,
    faults = [],
    seed,
    requestsPerMinute,
    limits = [],
    retryAfter,
    batchMs,
    keepResponsesSeconds,
    idempotency = false,
  }: ModelServerOptions,
  logFile: string,
): string[] {
  const given: Array<[string, string | number | undefined]> = [
    ['--host', host],
    ['--port', port],
    ['--log', logFile],
    ['--latency', latency],
    ['--seed', seed],
    ['--rpm', requestsPerMinute],
    ['--batch-ms', batchMs],
    ['--keep-responses', keepResponsesSeconds],
    ['--retry-after', retryAfter],
    ...limits.map((spec): [string, string] => ['--limit', spec]),
    ...faults.map((spec): [string, string] => ['--fault', spec]),
  ];
  const withValue = given.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
  return idempotency ? [...withValue, '--idempotency'] : withValue;
}

async function ready(child: ChildProcess): Promise<{ url: string }> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  try {
    for await (const line of createInterface(child.stdout!)) {
      if (line.startsWith('READY ')) return JSON.parse(line.slice('READY '.length)) as { url: string };
    }
    throw new Error('The model server ended before it was ready; its log is above.');
  } finally {
    clearTimeout(timer);
  }
}

function caller(origin: string) {
  return async (path: string, body?: object): Promise<ModelServerState> => {
    const request =
      body === undefined
        ? {}
        : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${origin}${path}`, request);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as ModelServerState;
  };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}
