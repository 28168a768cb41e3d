import { badRequest } from '../http/api-error';

export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws OpenAI's 400 that names the parameter. */
export function expect(condition: boolean, param: string, expected: string): asserts condition {
  if (!condition) throw badRequest(`Invalid value for '${param}': expected ${expected}.`, param, 'invalid_value');
}

export function optionalNumber(fields: Fields, name: string, min: number, max: number): number | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  expect(typeof value === 'number' && value >= min && value <= max, name, `a number from ${min} to ${max}`);
  return value;
}

export function optionalInteger(fields: Fields, name: string, min: number): number | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  expect(Number.isSafeInteger(value) && (value as number) >= min, name, `an integer >= ${min}`);
  return value as number;
}

export function optionalBoolean(fields: Fields, name: string, path = name): boolean {
  const value = fields[name] ?? false;
  expect(typeof value === 'boolean', path, 'a boolean');
  return value;
}
