import type { Problem } from '../domain/kernel/errors';
import { FORBIDDEN_KEYS } from '../domain/kernel/json-bounds';
import { problemPath } from '../domain/kernel/problem-path';

/** Other spellings of one object's fields: alias → field. */
export type Aliases = ReadonlyMap<string, string>;

/** The snake_case spelling of every field, and the spellings of the original engine that differ in more. */
export function aliasesOf(fields: readonly string[], others: Readonly<Record<string, string>> = {}): Aliases {
  const snake = fields.map(
    (field) => [field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), field] as const,
  );
  return new Map([...snake.filter(([alias, field]) => alias !== field), ...Object.entries(others)]);
}

export type Fields = Record<string, unknown>;

/** An object with every field under its own name, and how each was spelt, so that problems show the reader's words. */
export interface Respelt {
  fields: Fields;
  spelling: ReadonlyMap<string, string>;
  problems: Problem[];
}

/** Both spellings of a field at once are a problem: whichever won, somebody would wonder why. */
export function respell(object: Fields, aliases: Aliases, path: readonly PropertyKey[]): Respelt {
  const fields: Fields = {};
  const spelling = new Map<string, string>();
  const problems: Problem[] = [];
  for (const key of Object.keys(object)) {
    if (FORBIDDEN_KEYS.has(key)) continue; // reported by the bounds check; copying it could set a prototype
    const field = aliases.get(key) ?? key;
    const first = spelling.get(field);
    if (first === undefined) {
      fields[field] = object[key];
      spelling.set(field, key);
    } else
      problems.push({
        path: problemPath([...path, key]),
        message: `"${key}" and "${first}" mean the same field and both are given. Keep one.`,
      });
  }
  return { fields, spelling, problems };
}
