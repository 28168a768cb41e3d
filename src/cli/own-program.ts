import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onInterrupt } from './interrupt';

export interface ProgramRun {
  /** Below `dist`. */
  path: string;
  args: readonly string[];
  /** Options of Node itself. */
  nodeArgs?: readonly string[];
  stdio?: StdioOptions;
  /** Written to its stdin. */
  input?: Uint8Array;
  onStdout?(stdout: NodeJS.ReadableStream): void;
}

/**
 * One of the product's own programs, to its end. In a process group of its own: a terminal's Ctrl-C would reach it beside
 * the one that is passed on, and a program that hears a second signal while it drains ends at once.
 *
 * @returns its exit code
 */
export async function runOwnProgram({
  path,
  args,
  nodeArgs = [],
  stdio,
  input,
  onStdout,
}: ProgramRun): Promise<number> {
  const program = join(__dirname, '..', path);
  const child = spawn(process.execPath, [...nodeArgs, program, ...args], { stdio, detached: true });
  onInterrupt().signal.addEventListener('abort', () => child.kill('SIGTERM'));
  if (child.stdout) onStdout?.(child.stdout);
  child.stdin?.on('error', () => undefined).end(input); // one that ends before it has read says why itself
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
