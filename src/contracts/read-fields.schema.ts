import type { z } from 'zod';
import { FORBIDDEN_KEYS } from '../domain/kernel/json-bounds';
import type { Problem } from '../domain/kernel/errors';
import { problemPath } from '../domain/kernel/problem-path';
import { type Aliases, type Fields, respell } from './field-aliases';
import { issueText, unknownFieldText } from './issue-text.schema';
import { isFields, Spelling, valueAt } from './spelling';

/** Objects inside the object that have aliases of their own, by field. */
export type Nested = Readonly<Record<string, Aliases>>;

export interface Prepared {
  /** Under their own names, nested objects too. */
  fields: Fields;
  spelling: Spelling;
  problems: Problem[];
}

/** Brings every field to its own name, before the schema looks at it. */
export function prepareFields(raw: Fields, aliases: Aliases, nested: Nested, path: readonly PropertyKey[]): Prepared {
  const spelling = new Spelling();
  const { fields, spelling: own, problems } = respell(raw, aliases, path);
  spelling.note([], own);
  for (const [field, inner] of Object.entries(nested)) {
    const value = fields[field];
    if (!isFields(value)) continue;
    const respelt = respell(value, inner, [...path, ...spelling.of([field])]);
    spelling.note([field], respelt.spelling);
    fields[field] = respelt.fields;
    problems.push(...respelt.problems);
  }
  return { fields, spelling, problems };
}

/** Of one object; each is compared with all known fields for its hint. */
const UNKNOWN_FIELDS_MAX = 50;

/** The schema's findings as problems, in the reader's spelling. `knownIn` gives the fields of the object at a path. */
export function schemaProblems(
  error: z.ZodError | undefined,
  { fields, spelling }: Prepared,
  path: readonly PropertyKey[],
  knownIn: (objectPath: readonly PropertyKey[]) => readonly string[],
): Problem[] {
  return (error?.issues ?? []).flatMap((issue) => {
    const here = [...path, ...spelling.of(issue.path)];
    if (issue.code !== 'unrecognized_keys')
      return [{ path: problemPath(here), message: issueText(issue, valueAt(fields, issue.path)) }];
    return issue.keys
      .filter((key) => !FORBIDDEN_KEYS.has(key)) // already reported as such
      .slice(0, UNKNOWN_FIELDS_MAX)
      .map((key) => ({ path: problemPath([...here, key]), message: unknownFieldText(key, knownIn(issue.path)) }));
  });
}
