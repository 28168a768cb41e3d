import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { identifyProcess, isStillAlive, type ProcessIdentity } from './process-identity';
import { waitFor } from './wait-for';

/** A file without a readable owner belongs to somebody who is just writing it; after this time it is rubbish. */
const WRITING_MS = 5_000;

/** Takes the lock for this process. @returns `release`, or the living process that holds it. */
export function tryLock(file: string): { release: () => void } | { heldBy: number } {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    if (create(file)) return { release: () => rmSync(file, { force: true }) };
    const owner = ownerOf(file);
    if (owner === undefined ? !isAbandoned(file) : isStillAlive(owner)) return { heldBy: owner?.pid ?? 0 };
    rmSync(file, { force: true });
  }
}

/** Runs `work` while holding the lock, after whoever holds it now; `onWait` is told once who that is. */
export async function withLock<T>(
  file: string,
  timeoutMs: number,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  let [told, holder] = [false, 0];
  const release = await waitFor(() => {
    const result = tryLock(file);
    if ('release' in result) return result.release;
    holder = result.heldBy;
    if (!told) onWait(holder);
    told = true;
    return undefined;
  }, timeoutMs);
  if (!release) throw new LonghaulError('LockHeld', { file, pid: holder, timeoutMs });
  return work().finally(release);
}

function create(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(identifyProcess(process.pid)), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined; // released this moment, or not written yet
  }
}

function isAbandoned(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return !stat || Date.now() - stat.mtimeMs > WRITING_MS;
}
