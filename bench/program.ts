import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(__dirname, '..');
const LAUNCHER = resolve(ROOT, 'scripts/lib/run-typescript.cjs');

export interface Program {
  pid: number;
  stop(): Promise<void>;
}

/** Starts a TypeScript program of the benchmarks and resolves with its READY line. It never outlives this process. */
export async function startProgram(path: string, args: readonly string[]): Promise<Program> {
  const child = spawn(process.execPath, [LAUNCHER, resolve(ROOT, path), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').then(() => process.off('exit', kill));
  for await (const line of createInterface(child.stdout)) {
    if (line !== 'READY') continue;
    child.stdout.resume();
    return {
      pid: child.pid!,
      stop: async () => {
        child.kill('SIGTERM');
        await exited;
      },
    };
  }
  throw new Error(`${path} ended before it was ready; the reason is above.`);
}
