import type { Problem } from './errors';
import { problemPath } from './problem-path';

/** What data from outside may be at most, before anything else looks at it. */
export interface JsonBounds {
  depthMax: number;
  /** Values of all kinds together; bounds what shared references (YAML aliases) unfold to. */
  valuesMax: number;
  /** Of all texts and keys together; unbounded when absent (whoever reads a body has bounded it already). */
  charsMax?: number;
  keyCharsMax: number;
}

export interface JsonFindings {
  problems: Problem[];
  /** False when the data is too deep or too large to be looked at further. */
  usable: boolean;
}

/** Names that reach an object's prototype in code that copies keys carelessly. No definition needs them. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const PROBLEMS_MAX = 50;

/** A value on the way; its path is only written out when there is something to say about it. */
interface Visit {
  value: unknown;
  depth: number;
  key?: PropertyKey;
  parent?: Visit;
}

/**
 * Finds what is not plain, bounded JSON: too deep, too many values, numbers without a JSON form, keys that reach the
 * prototype, text that no store takes, objects of a class. Iterative, because the deepest input is the one that must
 * not overflow the stack.
 */
export function jsonBoundsFindings(root: unknown, bounds: JsonBounds): JsonFindings {
  const problems: Problem[] = [];
  const open: Visit[] = [{ value: root, depth: 0 }];
  let seen = 0;
  let chars = 0;
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    seen += 1;
    chars += charsOf(visit.value);
    const excess = excessOf(visit, seen + open.length + sizeOf(visit.value), chars, bounds);
    if (excess !== undefined) return { problems: [...problems, excess], usable: false };
    problems.push(...problemsOf(visit, bounds, open));
    if (problems.length >= PROBLEMS_MAX) return { problems: problems.slice(0, PROBLEMS_MAX), usable: false };
  }
  return { problems, usable: true };
}

/** As above, for those who only want to know what is wrong. */
export function jsonBoundsProblems(root: unknown, bounds: JsonBounds): Problem[] {
  return jsonBoundsFindings(root, bounds).problems;
}

function excessOf(visit: Visit, values: number, chars: number, bounds: JsonBounds): Problem | undefined {
  if (visit.depth > bounds.depthMax) {
    return { path: problemPath(pathOf(visit).slice(0, 4)), message: `Nested deeper than ${bounds.depthMax} levels.` };
  }
  if (values > bounds.valuesMax) return tooLarge(`More than ${bounds.valuesMax} values.`);
  return chars > (bounds.charsMax ?? Infinity) ? tooLarge(`Larger than ${bounds.charsMax} characters.`) : undefined;
}

function tooLarge(finding: string): Problem {
  return { path: problemPath([]), message: `${finding} Make it smaller.` };
}

function charsOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 0;
  return Object.keys(value).reduce((sum, key) => sum + key.length, 0);
}

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function problemsOf(visit: Visit, bounds: JsonBounds, open: Visit[]): Problem[] {
  const { value } = visit;
  if (Array.isArray(value)) {
    for (let index = value.length - 1; index >= 0; index--) open.push(inside(visit, index, value[index]));
    return [];
  }
  if (typeof value === 'object' && value !== null) return objectProblems(value, visit, bounds, open);
  const message = scalarProblem(value);
  return message === undefined ? [] : [{ path: problemPath(pathOf(visit)), message }];
}

function objectProblems(value: object, visit: Visit, bounds: JsonBounds, open: Visit[]): Problem[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A prototype that is nobody's instance but whose own prototype is null is Object.prototype, of this realm or another.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return [{ path: problemPath(pathOf(visit)), message: 'Expected plain JSON data, got an object of a class.' }];
  }
  const problems: Problem[] = [];
  for (const key of Object.keys(value).reverse()) {
    const member = inside(visit, key, (value as Record<string, unknown>)[key]);
    const message = keyProblem(key, bounds);
    if (message === undefined) open.push(member);
    else problems.push({ path: problemPath(pathOf(member)), message });
  }
  return problems;
}

function inside(parent: Visit, key: PropertyKey, value: unknown): Visit {
  return { value, depth: parent.depth + 1, key, parent };
}

function pathOf(visit: Visit): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at: Visit | undefined = visit; at?.key !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}

function keyProblem(key: string, bounds: JsonBounds): string | undefined {
  if (FORBIDDEN_KEYS.has(key)) {
    return `The key "${key}" is refused, because it can reach an object's prototype. Choose another name.`;
  }
  if (key.length > bounds.keyCharsMax)
    return `A key of ${key.length} characters; at most ${bounds.keyCharsMax} are allowed.`;
  return textProblem(key);
}

function scalarProblem(value: unknown): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value === 'string') return textProblem(value);
  if (typeof value !== 'number') return `Expected plain JSON data, got ${typeof value}.`;
  return Number.isFinite(value) ? undefined : `${value} is not a number that JSON knows.`;
}

/** PostgreSQL stores neither in text nor in jsonb: found here they are a problem, found there an error. */
function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'Text must not contain the NUL character.';
  return LONE_SURROGATE.test(text) ? 'Text must not contain half of a surrogate pair.' : undefined;
}

/** In unicode mode the halves of a whole pair are not matched. */
const LONE_SURROGATE = /\p{Surrogate}/u;
