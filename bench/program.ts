import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const ROOT = resolve(__dirname, '..');
const LAUNCHER = resolve(ROOT, 'scripts/lib/run-typescript.cjs');

export interface Program {
  pid: number;
  stop(): Promise<void>;
}

/** Starts a TypeScript program of the benchmarks and resolves with its READY line. It never outlives this process. */
export async function startProgram(path: string, args: readonly string[]): Promise<Program> {
  const { child, stdout, exited } = launch(path, args);
  for await (const line of createInterface(stdout)) {
    if (line !== 'READY') continue;
    stdout.resume();
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

/** Runs such a program to its end. @returns what it wrote on stdout */
export async function runProgram(path: string, args: readonly string[]): Promise<string> {
  const { child, stdout, exited } = launch(path, args);
  const [written] = await Promise.all([text(stdout), exited]);
  if (child.exitCode === 0) return written;
  throw new Error(`${path} ended with ${child.exitCode ?? child.signalCode}; the reason is above.`);
}

/** Runs such a program until it kills itself. @throws Error when it ends in another way: then nothing was tried */
export async function runKilledProgram(
  path: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const { child, stdout, exited } = launch(path, args, env);
  stdout.resume();
  await exited;
  if (child.signalCode !== 'SIGKILL') throw new Error(`${path} ended with ${child.exitCode}, expected a kill.`);
}

function launch(path: string, args: readonly string[], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, [LAUNCHER, resolve(ROOT, path), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').then(() => process.off('exit', kill));
  return { child, stdout: child.stdout!, exited };
}
