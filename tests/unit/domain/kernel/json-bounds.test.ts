import fc from 'fast-check';
import { jsonBoundsFindings, jsonBoundsProblems } from '../../../../src/domain/kernel/json-bounds';
import { problemPath } from '../../../../src/domain/kernel/problem-path';

const bounds = { depthMax: 3, valuesMax: 20, charsMax: 100, keyCharsMax: 10 };

test.each<[string, unknown, string[]]>([
  ['plain data', { a: [1, 'x', null, true, { b: -0.5 }] }, []],
  ['data without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), []],
  ['as deep as allowed', [[[1]]], []],
  ['one level deeper', [[[[1]]]], ['[0][0][0][0]: Nested deeper than 3 levels.']],
  ['too many values', Array.from({ length: 20 }, () => 1), ['(root): More than 20 values. Make it smaller.']],
  ['too much text', 'x'.repeat(101), ['(root): Larger than 100 characters. Make it smaller.']],
  [
    'keys count as text',
    Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key${index}xx`, 1])),
    ['(root): Larger than 100 characters. Make it smaller.'],
  ],
  ['a long key', { ['k'.repeat(11)]: 1 }, ['kkkkkkkkkkk: A key of 11 characters; at most 10 are allowed.']],
  [
    'all in one list, in order',
    { a: NaN, b: { prototype: 1 }, c: '\0' },
    [
      'a: NaN is not a number that JSON knows.',
      'b.prototype: The key "prototype" is refused, because it can reach an object\'s prototype. Choose another name.',
      'c: Text must not contain the NUL character.',
    ],
  ],
  ['a date', { at: new Date(0) }, ['at: Expected plain JSON data, got an object of a class.']],
  ['undefined', { a: undefined }, ['a: Expected plain JSON data, got undefined.']],
  ['a symbol', Symbol('x'), ['(root): Expected plain JSON data, got symbol.']],
  ['a whole surrogate pair', '😀', []],
  ['half of one, in a key', { '\udc00': 1 }, ['["\\udc00"]: Text must not contain half of a surrogate pair.']],
])('%s', (_what, value, expected) => {
  expect(jsonBoundsProblems(value, bounds).map(({ path, message }) => `${path}: ${message}`)).toEqual(expected);
});

test('says whether the data can be looked at further', () => {
  expect(jsonBoundsFindings({ a: NaN }, bounds).usable).toBe(true);
  expect(jsonBoundsFindings([[[[1]]]], bounds).usable).toBe(false);
});

test('stops after fifty problems, and says that it has not seen everything', () => {
  const many = Array.from({ length: 1_000 }, () => NaN);
  const { problems, usable } = jsonBoundsFindings(many, { ...bounds, valuesMax: 10_000 });
  expect([problems.length, usable]).toEqual([50, false]);
});

test('JSON within the bounds has no problems', () => {
  const wide = { depthMax: 10, valuesMax: 100_000, keyCharsMax: 1_000 };
  const json = fc
    .jsonValue({ maxDepth: 5 })
    .filter((value) => !/__proto__|constructor|prototype|\\u0000|\\ud/.test(JSON.stringify(value)));
  fc.assert(fc.property(json, (value) => expect(jsonBoundsProblems(value, wide)).toEqual([])));
});

test.each<[PropertyKey[], string]>([
  [[], '(root)'],
  [['agents', 3, 'dependencies', 0], 'agents[3].dependencies[0]'],
  [[0], '[0]'],
  [['a b', 'c'], '["a b"].c'],
  [['a-b', '9'], 'a-b["9"]'],
  [['x'.repeat(70)], `["${'x'.repeat(60)}…"]`],
])('the path %j is written %s', (segments, expected) => {
  expect(problemPath(segments)).toBe(expected);
});
