import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerRole } from '../../contracts/task-queues';

const SUFFIX = '.activities';

/** The first line of a register. */
export interface RegisterHead {
  /** As in the ledger: names one process for ever. */
  owner: string;
  roles: readonly WorkerRole[];
}

/** What a process left behind, or is about to. */
export interface LeftRegister extends RegisterHead {
  file: string;
  /** Task tokens of the activities that were under way. */
  tokens: Uint8Array[];
}

export function registerFile(dir: string): string {
  return join(dir, `${process.pid}-${Date.now()}${SUFFIX}`);
}

/** Every register in the folder, those of living processes included. */
export function readRegisters(dir: string): LeftRegister[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => readRegister(join(dir, name)) ?? []);
}

export function dropRegister(file: string): void {
  rmSync(file, { force: true });
}

/** Undefined when it was dropped meanwhile. A last line that a kill has torn is left out: its activity had not begun. */
function readRegister(file: string): LeftRegister | undefined {
  const [head, ...lines] = (readOrUndefined(file)?.split('\n').slice(0, -1) ?? []) as [string?, ...string[]];
  if (head === undefined) return undefined;
  const open = new Map<string, Uint8Array>();
  for (const line of lines) {
    const [id, token] = line.slice(1).split(' ');
    if (line.startsWith('+')) open.set(id!, Buffer.from(token!, 'base64'));
    else open.delete(id!);
  }
  return { ...(JSON.parse(head) as RegisterHead), file, tokens: [...open.values()] };
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
