import type { Json } from '../../domain/kernel/canonical-json';
import { badRequest } from '../http/api-error';
import type { SeededRandom } from '../seeded-random';
import { isObject, type Fields } from './fields';
import { makeNumber, makeString } from './made-values';

const DEPTH_MAX = 48;
/** From here on optional parts are left out and the shortest branch is taken, so that recursive schemas end. */
const DEPTH_SHORT = 8;

interface Fitting {
  root: Fields;
  random: SeededRandom;
  depth: number;
}

/**
 * The value that a schema allows and that keeps as much of `value` as possible: fields that fit stay, the rest is
 * made up. Supports the subset that providers accept for structured output: types, enum, const, properties, items,
 * bounds, anyOf, oneOf, allOf and local `$ref`s.
 *
 * @throws ApiError 400 for a reference that leads nowhere and a schema that no finite value satisfies.
 */
export function fitSchema(schema: Fields, value: unknown, random: SeededRandom): Json {
  return fit(schema, value, { root: schema, random, depth: 0 });
}

function fit(schema: unknown, value: unknown, at: Fitting): Json {
  if (at.depth > DEPTH_MAX) throw invalidSchema('it nests without end');
  if (!isObject(schema)) return (value ?? null) as Json; // `true`: everything is allowed
  const inner = { ...at, depth: at.depth + 1 };
  if (typeof schema['$ref'] === 'string') return fit(resolve(schema['$ref'], at.root), value, inner);
  if (Array.isArray(schema['allOf'])) return fit(merge(schema), value, inner);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches) && branches.length > 0) return fit(chooseBranch(branches, value, at), value, inner);
  if ('const' in schema) return schema['const'] as Json;
  if (Array.isArray(schema['enum'])) return fitEnum(schema['enum'], value, at);
  return fitType(schema, value, inner);
}

function fitType(schema: Fields, value: unknown, at: Fitting): Json {
  switch (typeOf(schema, value)) {
    case 'object':
      return fitObject(schema, value, at);
    case 'array':
      return fitArray(schema, value, at);
    case 'string':
      return fitString(schema, value, at);
    case 'number':
      return makeNumber(schema, value, at.random, false);
    case 'integer':
      return makeNumber(schema, value, at.random, true);
    case 'boolean':
      return typeof value === 'boolean' ? value : at.random.next() < 0.5;
    case 'null':
      return null;
    default:
      return (value ?? null) as Json;
  }
}

/** Of several types the one that the value has, else the first. No type: what the other keywords speak of. */
function typeOf(schema: Fields, value: unknown): string {
  const types: unknown[] = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  const found = types.find((type) => hasType(value, type)) ?? types[0];
  if (typeof found === 'string') return found;
  if ('properties' in schema) return 'object';
  return 'items' in schema ? 'array' : 'any';
}

function hasType(value: unknown, type: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function fitObject(schema: Fields, value: unknown, at: Fitting): Json {
  const source = isObject(value) ? value : {};
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const names = Object.keys(properties).filter(
    (name) => required.includes(name) || (Object.hasOwn(source, name) && at.depth < DEPTH_SHORT),
  );
  const fitted: Array<[string, Json]> = names.map((name) => [name, fit(properties[name], named(source, name), at)]);
  return Object.fromEntries([...fitted, ...extras(schema, properties, source)]);
}

/** The value's field of that name, also when it is written in the other style (`daysOfCover`, `days_of_cover`). */
function named(source: Fields, name: string): unknown {
  const plain = (text: string) => text.replace(/[_-]/g, '').toLowerCase();
  return Object.hasOwn(source, name)
    ? source[name]
    : Object.entries(source).find(([key]) => plain(key) === plain(name))?.[1];
}

/** Fields the schema does not name stay where it says nothing about them; a schema for them is too rare to follow. */
function extras(schema: Fields, properties: Fields, source: Fields): Array<[string, Json]> {
  const open = schema['additionalProperties'] === undefined || schema['additionalProperties'] === true;
  if (!open) return [];
  return Object.entries(source).filter(([name]) => !Object.hasOwn(properties, name)) as Array<[string, Json]>;
}

function fitArray(schema: Fields, value: unknown, at: Fitting): Json {
  const min = typeof schema['minItems'] === 'number' ? schema['minItems'] : 0;
  const max = typeof schema['maxItems'] === 'number' ? schema['maxItems'] : Number.POSITIVE_INFINITY;
  const short = at.depth < DEPTH_SHORT ? 1 : 0;
  const source: unknown[] = Array.isArray(value) ? value : [];
  const wanted = Array.isArray(value) ? source.length : short;
  const length = Math.min(max, Math.max(min, wanted));
  if (length > 10_000) throw invalidSchema('minItems is above 10,000');
  return Array.from({ length }, (_, index) => fit(schema['items'] ?? true, source[index], at));
}

function fitString(schema: Fields, value: unknown, at: Fitting): string {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
  return makeString(schema, text, at.random);
}

function fitEnum(values: unknown[], value: unknown, at: Fitting): Json {
  if (values.length === 0) throw invalidSchema('an enum is empty');
  return (values.includes(value) ? value : at.random.pick(values)) as Json;
}

/** The branch whose type the value has; deep down the plainest one, so that `anyOf: [null, self]` ends. */
function chooseBranch(branches: unknown[], value: unknown, at: Fitting): unknown {
  const resolved = branches.map((branch) =>
    isObject(branch) && typeof branch['$ref'] === 'string' ? resolve(branch['$ref'], at.root) : branch,
  );
  const plain = resolved.findIndex(
    (branch) => isObject(branch) && !['object', 'array'].includes(String(branch['type'])),
  );
  const fitting = resolved.findIndex(
    (branch) => isObject(branch) && (hasType(value, branch['type']) || branch['const'] === value),
  );
  const index = at.depth >= DEPTH_SHORT && plain >= 0 ? plain : fitting;
  return branches[Math.max(0, index)];
}

function merge(schema: Fields): Fields {
  const { allOf, ...rest } = schema;
  const parts = [...(allOf as unknown[]).filter(isObject), rest];
  return Object.assign({}, ...parts, {
    properties: Object.assign({}, ...parts.map((part) => part['properties'] ?? {})),
    required: parts.flatMap((part) => (Array.isArray(part['required']) ? (part['required'] as unknown[]) : [])),
  }) as Fields;
}

function resolve(reference: string, root: Fields): unknown {
  const steps = reference
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  const target = steps.reduce<unknown>(
    (node, step) => (isObject(node) && Object.hasOwn(node, step) ? node[step] : undefined),
    root,
  );
  if (!reference.startsWith('#') || target === undefined) throw invalidSchema(`"${reference}" leads nowhere`);
  return target;
}

function invalidSchema(detail: string): Error {
  return badRequest(`Invalid schema: ${detail}.`, 'response_format', 'invalid_json_schema');
}
