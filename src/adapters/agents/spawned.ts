import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rm } from 'node:fs';
import { join } from 'node:path';
import { type AgentCommand, childEnvironment } from './agent-command';

/** What it wrote last is read by then; a descendant that left the group may hold its output open for ever. */
const LAST_WORDS_MS = 500;

export interface Spawned {
  process: ChildProcessWithoutNullStreams;
  /** Ends it with its whole group. */
  kill(): void;
}

/** Where programs are started. */
export interface Surroundings {
  /** Where variables that a command is given are looked up. */
  env: NodeJS.ProcessEnv;
  /** Where each has a folder of its own. */
  folder: string;
}

/** A program in a group and, unless the operator named one, a folder of its own; with it ends what it started, and the folder goes. */
export function spawnAgent(command: AgentCommand, { env, folder: below }: Surroundings): Spawned {
  const [program, ...args] = command.command;
  const folder = command.cwd === undefined ? ownFolder(below, command) : undefined;
  const child = spawn(program!, args, {
    cwd: command.cwd ?? folder,
    env: childEnvironment(command, env),
    // A group of its own: its children end with it, and a Ctrl-C at our terminal is not for it.
    detached: true,
    stdio: 'pipe',
  });
  child.once('exit', () => {
    killGroup(child); // a group keeps its number as long as anybody is in it
    setTimeout(() => [child.stdin, child.stdout, child.stderr].forEach((pipe) => pipe.destroy()), LAST_WORDS_MS);
  });
  if (folder !== undefined) child.once('close', () => rm(folder, { recursive: true, force: true }, () => undefined));
  return { process: child, kill: () => isOver(child) || killGroup(child) };
}

function ownFolder(below: string, { name }: AgentCommand): string {
  mkdirSync(below, { recursive: true, mode: 0o700 }); // systems clear what lay in /tmp for long
  return mkdtempSync(join(below, `${name}-`));
}

function isOver({ exitCode, signalCode }: ChildProcessWithoutNullStreams): boolean {
  return exitCode !== null || signalCode !== null;
}

function killGroup({ pid }: ChildProcessWithoutNullStreams): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is in it any more.
  }
}
