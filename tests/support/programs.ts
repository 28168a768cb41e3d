import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const READY_MS_MAX = 60_000;

/** One of the product's own long-running programs, as a process that a test may kill, stop and continue. */
export interface Program {
  pid: number;
  /** What it said in its READY line. */
  ready: Record<string, unknown>;
  /** The end of its log, for messages of failed tests. */
  log(): string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code (null after a kill). */
  exited: Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const DIST = resolve(__dirname, '../../dist');

/** Starts `dist/<path>` and resolves when it serves. A process that outlives its test dies with the test run. */
export async function startProgram(
  path: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  dist = DIST,
): Promise<Program> {
  const child = spawn(process.execPath, [resolve(dist, path), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)));
  const exited = once(child, 'exit').then(([code]) => {
    process.off('exit', kill);
    return code as number | null;
  });
  return {
    pid: child.pid!,
    ready: await readyLine(child, path, () => log),
    log: () => log,
    signal: (signal) => void child.kill(signal),
    exited,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

async function readyLine(child: ChildProcess, path: string, log: () => string): Promise<Record<string, unknown>> {
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
  try {
    for await (const line of createInterface(child.stdout!)) {
      if (!line.startsWith('READY ')) continue;
      child.stdout!.resume();
      return JSON.parse(line.slice('READY '.length)) as Record<string, unknown>;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`${path} ended before it was ready:\n${log()}`);
}
