import { assert } from './assert';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * RFC 8785 in what it matters for: object keys sorted by UTF-16 code units, no white space, numbers as ECMAScript
 * prints them. `undefined` members are left out as JSON.stringify does. Non-finite numbers have no JSON form.
 *
 * @throws InvariantError on NaN, infinities, functions, symbols and bigints.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `canonicalJson: ${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
  assert(typeof value === 'object', `canonicalJson: a ${typeof value} has no JSON form`);
  return `{${canonicalMembers(value as Record<string, unknown>).join(',')}}`;
}

function canonicalMembers(object: Record<string, unknown>): string[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
}
