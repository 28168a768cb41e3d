import { jsonSchemaCheck, jsonSchemaProblem } from '../../../../src/adapters/json-schema';

const MS_MAX = 3_000;

/** Answers, and how long they took: a check that stands still takes every call of the process with it. */
function timed<T>(work: () => T): { value: T; ms: number } {
  const begun = performance.now();
  return { value: work(), ms: performance.now() - begun };
}

test('says what does not fit, or nothing', () => {
  const check = jsonSchemaCheck({ type: 'object', required: ['price'], properties: { price: { type: 'number' } } });
  expect(check({ price: 3 })).toBeUndefined();
  expect(check({ price: 'three' })).toBe('answer/price must be number');
  expect(check({})).toBe("answer must have required property 'price'");
});

test.each<[string, Record<string, unknown>, unknown]>([
  ['a pattern that backtracks', { type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`],
  [
    'uniqueItems over many objects',
    { type: 'array', uniqueItems: true },
    Array.from({ length: 60_000 }, (_, id) => ({ id })),
  ],
  [
    'references that double at each step',
    { anyOf: [{ $ref: '#/definitions/x' }], definitions: { x: { not: { anyOf: [{ $ref: '#' }, { $ref: '#' }] } } } },
    1,
  ],
])('%s is stopped, and the answer does not pass', (_what, schema, value) => {
  const { value: wrong, ms } = timed(() => jsonSchemaCheck(schema)(value));
  expect(wrong).toMatch(/^the answer cannot be checked: /);
  expect(ms).toBeLessThan(MS_MAX);
});

test('a schema that refers to itself without end refuses the answer instead of failing the payment', () => {
  expect(jsonSchemaCheck({ $ref: '#' })({ a: 1 })).toBe(
    'the answer cannot be checked: it refers to itself without end',
  );
});

test('after a check was stopped the next one works', () => {
  jsonSchemaCheck({ type: 'string', pattern: '^(b+)+$' })(`${'b'.repeat(60)}!`);
  expect(jsonSchemaCheck({ type: 'string', pattern: '^b+$' })('bbb')).toBeUndefined();
});

test('an asynchronous schema is refused: its check would let everything pass', () => {
  expect(jsonSchemaProblem({ $async: true, type: 'object' })).toMatch(/\$async/);
  expect(jsonSchemaCheck({ $async: true, type: 'object' })(5)).toBe('answer must be object');
});

test('references to other places are refused, never fetched', () => {
  expect(jsonSchemaProblem({ $ref: 'https://example.com/schema.json' })).toMatch(/can't resolve reference/);
  expect(jsonSchemaProblem({ $ref: 'file:///etc/passwd' })).toMatch(/can't resolve reference/);
});

test('messages stay short, whatever keys the answer has and whatever the schema quotes', () => {
  const wrong = jsonSchemaCheck({ additionalProperties: { type: 'string' } })({ ['k'.repeat(1_000_000)]: 1 });
  expect(wrong!.length).toBeLessThanOrEqual(300);
  expect(jsonSchemaCheck({ pattern: `^${'x'.repeat(100_000)}$` })('y')!.length).toBeLessThanOrEqual(300);
});
