import type { core } from 'zod';
import { didYouMean, listed } from '../domain/kernel/suggest';

type Issue = core.$ZodIssue;

/** What came and what was expected, in the words of the product instead of the validator's. */
export function issueText(issue: Issue, value: unknown): string {
  if (value === undefined && issue.code !== 'unrecognized_keys') return 'Required, but missing.';
  switch (issue.code) {
    case 'invalid_type':
      return `Expected ${typeName(issue.expected)}, got ${shown(value)}.`;
    case 'invalid_value':
      return `Expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(shown).join(', ')}; got ${shown(value)}.${suggestion(issue.values, value)}`;
    case 'too_small':
      return bound(value, `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`);
    case 'too_big':
      return bound(value, `at most ${issue.maximum}`);
    default:
      return issue.message;
  }
}

/** A value as far as a message needs it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
}

/** For a field that nothing knows. `known` are all spellings. */
export function unknownFieldText(field: string, known: readonly string[]): string {
  if (NOT_YET.has(field)) return `"${field}" is not supported by this version. Take it out.`;
  return `Unknown field.${didYouMean(field, known) || ` Known: ${listed(known, 30)}.`}`;
}

/** Planned fields are refused by name: a definition that relies on one must not run without it. */
const NOT_YET: ReadonlySet<string> = new Set(['fallbackModels', 'fallback_models']);

function bound(value: unknown, limit: string): string {
  if (typeof value === 'string')
    return value === ''
      ? 'Expected a text, got an empty one.'
      : `A text of ${value.length} characters; ${limit} are allowed.`;
  if (Array.isArray(value)) return `A list of ${value.length}; ${limit} are allowed.`;
  return `Expected ${limit}, got ${shown(value)}.`;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

function suggestion(values: readonly unknown[], value: unknown): string {
  return typeof value === 'string' ? didYouMean(value, values.map(String)) : '';
}
