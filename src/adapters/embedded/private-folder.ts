import { chmodSync, mkdirSync } from 'node:fs';

/**
 * A folder for its owner only, also when it was there before. The folders above keep their mode: a recursive mkdir with a
 * mode would close them as well, and shut PostgreSQL's user out.
 */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
}
