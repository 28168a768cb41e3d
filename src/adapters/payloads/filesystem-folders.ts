import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder } from './durable-file';
import type { FilesystemLayout } from './filesystem-layout';
import { removeAbandonedFiles } from './filesystem-temporary';

/**
 * Makes whatever folders are missing, all at once: one wait for the disk instead of one for each when it is first
 * needed, which was a third of the time of the first few hundred puts.
 */
export async function makeFolders(layout: FilesystemLayout): Promise<void> {
  await makeFolder(layout.root);
  const present = new Set(await readdir(layout.root));
  const missing = layout.folderNames.filter((name) => !present.has(name));
  await Promise.all(missing.map((name) => mkdir(join(layout.root, name), { recursive: true, mode: 0o700 })));
  await syncFolder(layout.root); // also those that another process has just made
  await removeAbandonedFiles(layout.temporaryFolder);
}
