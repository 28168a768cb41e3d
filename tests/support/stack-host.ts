import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { StackEvent, StackState } from '../../src/adapters/embedded';

export interface StackHost {
  process: ChildProcess;
  events: StackEvent[];
  /** Resolves when everything serves. @throws Error with what the host said when it ends before. */
  ready(): Promise<StackState>;
  stop(): Promise<void>;
}

/** A stack supervised by a process of its own, which the test may kill. */
export function hostStack(
  dir: string,
  only: 'services' | 'all' = 'services',
  temporalDynamicConfig: Readonly<Record<string, unknown>> = {},
): StackHost {
  const args = [dir, only, JSON.stringify(temporalDynamicConfig)];
  const host = spawn(process.execPath, [join(__dirname, 'stack-host-process.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: StackEvent[] = [];
  let complaint = '';
  host.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ready = new Promise<StackState>((resolve, reject) => {
    createInterface(host.stdout).on('line', (line) =>
      line.startsWith('READY ') ? resolve(JSON.parse(line.slice(6))) : events.push(JSON.parse(line)),
    );
    host.once('close', () => reject(new Error(complaint)));
  });
  ready.catch(() => undefined); // asked for by `ready()`, or not at all
  return { process: host, events, ready: () => ready, stop: () => stop(host) };
}

async function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return;
  host.kill('SIGTERM');
  await once(host, 'close');
}
