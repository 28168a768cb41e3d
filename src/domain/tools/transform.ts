import { formatCsv, own, parseCsv } from './csv';
import { givenJson } from './given-json';
import { failed, objectSchema, type Skill, SKILL_TEXT_CHARS_MAX, succeeded } from './skill';
import type { ToolOutcome } from './tool';

interface Options {
  separator: string | undefined;
  fields: readonly string[];
  by: string | undefined;
  descending: boolean;
}

const WORD = /[\p{L}\p{N}]+/gu;

/** What each operation does with its kind of value. */
const TEXTS: Readonly<Record<string, (text: string, options: Options) => ToolOutcome>> = {
  upper: (text) => succeeded(text.toUpperCase()),
  lower: (text) => succeeded(text.toLowerCase()),
  title: (text) => succeeded(text.replace(WORD, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase())),
  trim: (text) => succeeded(text.trim()),
  split: (text, { separator = '\n' }) => succeeded(text.split(separator)),
  csv_to_json: (text, { separator }) => {
    const table = parseCsv(text, separator);
    return 'rows' in table ? succeeded(table.rows) : failed(`The text is no CSV: ${table.problem}.`);
  },
};
const LISTS: Readonly<Record<string, (list: unknown[], options: Options) => ToolOutcome>> = {
  sort: (list, options) => succeeded(sorted(list, options)),
  unique: (list) => succeeded([...new Map(list.map((item) => [JSON.stringify(item), item])).values()]),
  reverse: (list) => succeeded(list.toReversed()),
  join: (list, { separator = ', ' }) => succeeded(list.map(textOf).join(separator)),
  json_to_csv: (list, { separator }) => {
    if (!list.every(isObject)) return failed('json_to_csv needs a list of objects.');
    const csv = formatCsv(list, separator);
    return 'text' in csv ? succeeded(csv.text) : failed(`The list is no table: ${csv.problem}.`);
  },
};

const OPERATIONS = [...Object.keys(TEXTS), ...Object.keys(LISTS), 'pick', 'to_json', 'parse_json'];

/** Changes the form of a value, not what it says. */
export const transform: Skill = {
  spec: {
    name: 'transform',
    description: `Changes the form of a value. Of a text: ${Object.keys(TEXTS).join(', ')}. Of a list: ${Object.keys(LISTS).join(', ')}. Of an object or a list of them: pick. Of anything: to_json, parse_json.`,
    parameters: objectSchema(
      {
        value: { description: 'The value: JSON, a text, or a text that is JSON.' },
        operation: { enum: OPERATIONS },
        separator: {
          type: 'string',
          minLength: 1,
          maxLength: 16,
          description: 'For split, join (", " when absent) and CSV (one character, "," when absent).',
        },
        fields: {
          type: 'array',
          items: { type: 'string' },
          minItems: 1,
          maxItems: 200,
          description: 'For pick: the fields to keep, in this order.',
        },
        by: { type: 'string', description: 'For sort: the field to sort objects by.' },
        descending: { type: 'boolean', description: 'For sort.' },
      },
      ['value', 'operation'],
    ),
    sideEffects: false,
    pure: true,
  },
  run({ value, operation, separator, fields = [], by, descending }) {
    const options: Options = {
      separator: separator as string | undefined,
      fields: fields as string[],
      by: by as string | undefined,
      descending: descending === true,
    };
    return apply(String(operation), value, options);
  },
};

function apply(operation: string, given: unknown, options: Options): ToolOutcome {
  const ofText = Object.hasOwn(TEXTS, operation) ? TEXTS[operation] : undefined;
  if (ofText) return onText(operation, given, (text) => ofText(text, options), options);
  if (operation === 'to_json') return succeeded(JSON.stringify(given));
  const json = givenJson(given);
  if ('problem' in json) return failed(`value: ${json.problem}`);
  const ofList = Object.hasOwn(LISTS, operation) ? LISTS[operation] : undefined;
  if (ofList) return Array.isArray(json.value) ? ofList(json.value, options) : failed(`${operation} needs a list.`);
  return operation === 'pick' ? pick(json.value, options) : parsedJson(given, json.value);
}

function onText(operation: string, given: unknown, run: (text: string) => ToolOutcome, options: Options): ToolOutcome {
  if (typeof given !== 'string') return failed(`${operation} needs a text.`);
  if (given.length > SKILL_TEXT_CHARS_MAX)
    return failed(`The text has ${given.length} characters; at most ${SKILL_TEXT_CHARS_MAX} are taken.`);
  if (operation === 'csv_to_json' && (options.separator ?? ',').length !== 1)
    return failed('The separator of CSV is one character.');
  return run(given);
}

function parsedJson(given: unknown, value: unknown): ToolOutcome {
  return typeof given === 'string' && value === given ? failed('The text is not JSON.') : succeeded(value);
}

function pick(value: unknown, { fields }: Options): ToolOutcome {
  if (fields.length === 0) return failed('pick needs `fields`.');
  const place = new Map([...new Set(fields)].map((field, index) => [field, index]));
  // Over what a row has, not over what is asked for: 200 fields of 100,000 empty rows took seconds.
  const kept = (row: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([field]) => place.has(field))
        .sort(([a], [b]) => place.get(a)! - place.get(b)!),
    );
  if (isObject(value)) return succeeded(kept(value));
  if (Array.isArray(value) && value.every(isObject)) return succeeded(value.map(kept));
  return failed('pick needs an object or a list of objects.');
}

/** Numbers by value, everything else by its text, in the order of code units: the same on every machine. */
function sorted(list: readonly unknown[], { by, descending }: Options): unknown[] {
  const keyed = list.map((item) => ({ item, key: sortKey(by !== undefined && isObject(item) ? own(item, by) : item) }));
  const sign = descending ? -1 : 1;
  return keyed.sort((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item);
}

function sortKey(value: unknown): number | string {
  return typeof value === 'number' ? value : textOf(value);
}

/** Numbers stand before texts, so that a mixed list has one order too. */
function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
