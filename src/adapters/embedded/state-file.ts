import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isStillAlive, type ProcessIdentity } from './process-identity';

export interface ServiceState {
  /** The rung it came from. */
  origin: string;
  version: string;
  /** Missing for a server that somebody else runs. */
  pid?: number;
}

/** What a second terminal needs to find a running stack, and the next start to clear away a killed one. */
export interface StackState {
  supervisorPid: number;
  /** Tells the supervisor from a stranger that got its pid later. */
  supervisorBeganAt: string;
  startedAt: string;
  services: {
    temporal?: ServiceState & { address: string; namespace: string; uiUrl?: string };
    postgres?: ServiceState & { url: string };
    redis?: ServiceState & { url: string };
    modelServer?: { url: string; pid: number; logFile: string };
  };
  api?: { url: string; pid: number };
  token: string;
  workers: { role: string; pid: number }[];
  payloadDir: string;
  /** Every process of the stack with its birth, so that a stranger with the same pid is never signalled. */
  processes: (ProcessIdentity & { name: string })[];
}

export function stackFolder(dir: string): string {
  return join(dir, '.longhaul');
}

function stateFile(dir: string): string {
  return join(stackFolder(dir), 'state.json');
}

/** @returns undefined when no stack runs in `dir` or was killed there. */
export function readState(dir: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(dir), 'utf8')) as StackState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the supervisor that wrote the state still lives. */
export function isSupervised({ supervisorPid, supervisorBeganAt }: StackState): boolean {
  return isStillAlive({ pid: supervisorPid, beganAt: supervisorBeganAt });
}

/** Whole or not at all, and for its owner only: it holds the token and the passwords. */
export function writeState(dir: string, state: StackState): void {
  const file = stateFile(dir);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeState(dir: string): void {
  rmSync(stateFile(dir), { force: true });
}
