import { givenJson } from './given-json';
import { PATH_LIMITS, valueAt } from './json-path';
import { failed, objectSchema, type Skill, succeeded } from './skill';
import type { ToolOutcome } from './tool';

const ROWS_MAX = 1_000;
const WHERE_MAX = 100;

/** Finds a part of given data, or the rows of a given table that match. */
export const lookup: Skill = {
  spec: {
    name: 'lookup',
    description:
      'Looks a value up in given JSON data: `path` leads into it, `where` keeps the rows of a list whose fields equal the given values, `first` answers with one row instead of a list.',
    parameters: objectSchema(
      {
        data: { description: 'The data: JSON, or a text that is JSON.' },
        path: { type: 'string', maxLength: PATH_LIMITS.charsMax, description: 'Such as items[0].price.' },
        where: {
          type: 'object',
          minProperties: 1,
          maxProperties: WHERE_MAX,
          additionalProperties: { type: ['string', 'number', 'boolean', 'null'] },
          description: 'Field names and the values that they must have; texts and numbers are compared as texts.',
        },
        first: { type: 'boolean', description: 'Answer with the first row that matches.' },
        default: { description: 'The answer when nothing is found; an error without it.' },
      },
      ['data'],
    ),
    sideEffects: false,
    pure: true,
  },
  run(args) {
    const found = find(args);
    if (found.ok || !Object.hasOwn(args, 'default')) return found;
    return succeeded(args.default);
  },
};

function find({ data, path = '', where, first = false }: Record<string, unknown>): ToolOutcome {
  const given = givenJson(data);
  if ('problem' in given) return failed(`data: ${given.problem}`);
  const at = valueAt(given.value, String(path));
  if ('problem' in at) return failed(`Nothing at path "${String(path)}": ${at.problem}.`);
  if (where === undefined) return succeeded(at.value);
  return rows(at.value, where as Record<string, unknown>, first === true);
}

function rows(table: unknown, where: Record<string, unknown>, first: boolean): ToolOutcome {
  if (!Array.isArray(table)) return failed('`where` needs a list of rows; `path` leads to one.');
  const wanted = Object.entries(where);
  const matching = table.filter((row: unknown) => matches(row, wanted));
  if (matching.length === 0)
    return failed(`None of ${table.length} rows matches ${JSON.stringify(where).slice(0, 200)}.`);
  if (matching.length > ROWS_MAX) return failed(`${matching.length} rows match; at most ${ROWS_MAX} are answered.`);
  return succeeded(first ? matching[0] : matching);
}

function matches(row: unknown, where: readonly [string, unknown][]): boolean {
  if (typeof row !== 'object' || row === null) return false;
  return where.every(([field, wanted]) => {
    if (!Object.hasOwn(row, field)) return false;
    const value = (row as Record<string, unknown>)[field];
    return (typeof value !== 'object' || value === null) && String(value) === String(wanted);
  });
}
