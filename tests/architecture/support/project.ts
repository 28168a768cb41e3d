import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../../..');

export function inRoot(...parts: string[]): string {
  return join(ROOT, ...parts);
}

export function read(file: string): string {
  return readFileSync(inRoot(file), 'utf8');
}

/** Files that a clone has: tracked, and new ones that are not ignored. */
export function projectFiles(...below: string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...below], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const deleted = execFileSync('git', ['ls-files', '--deleted', '-z', '--', ...below], { cwd: ROOT, encoding: 'utf8' });
  const gone = new Set(deleted.split('\0'));
  return listed.split('\0').filter((file) => file !== '' && !gone.has(file));
}
