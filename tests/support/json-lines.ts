import { readFileSync } from 'node:fs';

/** One object per line. A line that is still being written, or was torn by a kill, is left out. */
export function jsonLines<T extends object>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as T);
}

export function readJsonLines<T extends object>(file: string): T[] {
  return jsonLines<T>(readFileSync(file, 'utf8'));
}
