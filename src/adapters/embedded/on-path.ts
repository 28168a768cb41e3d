import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The full path of `program` on PATH, or undefined. Follows links, so that a dangling one does not count. */
export function onPath(program: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
