import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A write takes seconds. An hour also covers a stopped process and clocks that differ between machines. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * Removes what writers left when they were killed. By age and not by process id: several machines may share the
 * volume, and process ids mean nothing across them.
 */
export async function removeAbandonedFiles(folder: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const age = await stat(file).catch(ignoreMissing);
    if (age && age.mtimeMs < oldest) await rm(file, { force: true });
  }
}

/** Another process may clean at the same time. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
