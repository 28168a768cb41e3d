import Ajv from 'ajv';
import { LRUCache } from 'lru-cache';
import { hashJson } from '../../domain/kernel/hash';
import { withinTime } from './within-time';

/** Returns what is wrong with the value, or undefined. Never throws. */
export type JsonSchemaCheck = (value: unknown) => string | undefined;

/**
 * Schema and value both come from outside, and each can make the other take for ever: a pattern that backtracks
 * (`^(a+)+$` and 28 letters: 33 s), `uniqueItems` over 20,000 objects (57 s). The whole process stands still meanwhile,
 * loses the leases of all its calls, and the paid answer with them. Real checks take about a millisecond.
 */
const CHECK_MS_MAX = 500;
const COMPILE_MS_MAX = 2_000;
/** Messages travel into histories and prompts, and quote patterns of the schema and keys of the answer. */
const MESSAGE_CHARS_MAX = 300;

/**
 * The only keywords with which a check takes more than linear time. A clock costs a thread of its own each time: a sixth
 * of what the workflows worker did for a chain of calculators.
 */
const MAY_TAKE_LONG = /"(pattern|patternProperties|uniqueItems|\$\w*[rR]ef)":/;

/** Compiling costs milliseconds, and every call of an agent has the same schema. */
const compiled = new LRUCache<string, JsonSchemaCheck>({ max: 200 });
/** Those asked for again as the very same object, whose content need not be hashed to know that. */
const known = new WeakMap<object, Map<string, JsonSchemaCheck>>();

/** @param subject how messages call the value @throws Error when the schema itself is invalid. */
export function jsonSchemaCheck(schema: Record<string, unknown>, subject = 'answer'): JsonSchemaCheck {
  const checks = known.get(schema) ?? new Map<string, JsonSchemaCheck>();
  const check = checks.get(subject) ?? compiledCheck(schema, subject);
  known.set(schema, checks.set(subject, check));
  return check;
}

function compiledCheck(schema: Record<string, unknown>, subject: string): JsonSchemaCheck {
  const key = `${subject} ${hashJson(schema)}`;
  const check = compiled.get(key) ?? compile(schema, subject);
  compiled.set(key, check);
  return check;
}

/** Says why a schema cannot be used, or nothing. */
export function jsonSchemaProblem(schema: Record<string, unknown>): string | undefined {
  if (schema['$async'] !== undefined) return '"$async" is no part of JSON Schema. Remove it.';
  try {
    jsonSchemaCheck(schema);
    return undefined;
  } catch (error) {
    return reasonOf(error, COMPILE_MS_MAX);
  }
}

function compile(schema: Record<string, unknown>, subject: string): JsonSchemaCheck {
  // An asynchronous validator answers with a promise: every value would pass, and its rejection would end the process.
  const { $async: _, ...plain } = schema;
  const ajv = new Ajv({ allErrors: false, strict: false, validateFormats: false });
  const validate = withinTime(() => ajv.compile(plain), COMPILE_MS_MAX);
  const isTimed = MAY_TAKE_LONG.test(JSON.stringify(plain));
  return (value) => {
    try {
      return (isTimed ? withinTime(() => validate(value), CHECK_MS_MAX) : validate(value))
        ? undefined
        : ajv.errorsText(validate.errors, { dataVar: subject }).slice(0, MESSAGE_CHARS_MAX);
    } catch (error) {
      // It stays unchecked, so it does not pass; that it was paid for is booked all the same.
      return `the ${subject} cannot be checked: ${reasonOf(error, CHECK_MS_MAX)}`.slice(0, MESSAGE_CHARS_MAX);
    }
  };
}

function reasonOf(error: unknown, withinMs: number): string {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
    return `it takes longer than ${withinMs} ms; simplify patterns and uniqueItems`;
  if (name === 'RangeError') return 'it refers to itself without end';
  return String(message ?? error).slice(0, MESSAGE_CHARS_MAX);
}
