import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../../adapters/log';
import { WORKER_ROLES, type WorkerRole } from '../../contracts/task-queues';

const SUFFIX = '.activities';
const headSchema = z.object({ owner: z.string(), roles: z.array(z.enum(WORKER_ROLES)) });
const LINE = /^(?:\+(\d+) (\S+)|-(\d+))$/;

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

/**
 * Every register in the folder, those of living processes included. One that cannot be read (a full disk, another version)
 * is said and left out: no worker of this machine would boot any more, and its activities end by their timeouts.
 */
export function readRegisters(dir: string, log: Log): LeftRegister[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => {
      const file = join(dir, name);
      try {
        return readRegister(file) ?? [];
      } catch (error) {
        log.warn({ err: error, file }, 'a register cannot be read; timeouts end what it names');
        return [];
      }
    });
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
    const [, begun, token, ended] = LINE.exec(line) ?? [];
    if (begun !== undefined) open.set(begun, Buffer.from(token!, 'base64'));
    else if (ended !== undefined) open.delete(ended);
  }
  return { ...headSchema.parse(JSON.parse(head)), file, tokens: [...open.values()] };
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
