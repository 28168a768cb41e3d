import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** An empty folder for one stack, with the project's examples at hand as in a clone. */
export function makeFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'longhaul-cli-'));
  chmodSync(dir, 0o755); // PostgreSQL runs as another user when we are root
  symlinkSync(resolve(__dirname, '../../examples'), join(dir, 'examples'));
  return dir;
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}
