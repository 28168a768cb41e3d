import fc from 'fast-check';
import { evaluate } from '../../../../src/domain/tools/expression';
import { errorOf, valueOf } from './skill-under-test';

test.each<[string, number]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 4 - 3', 3],
  ['100 / 10 / 5', 2],
  ['7 % 4', 3],
  ['-7 % 4', -3],
  ['2 ^ 3 ^ 2', 512],
  ['-2 ^ 2', -4],
  ['2 ^ -1', 0.5],
  ['--3', 3],
  ['0.1 + 0.2', 0.3],
  ['.5 * 4.', 2],
  ['1.5e3 + 2E-1', 1500.2],
  ['9007199254740991', 9007199254740991],
  ['round(2.345, 2)', 2.35],
  ['round(1.005, 2)', 1.01],
  ['Round(-2.5)', -2],
  ['min(3, 1, 2) + max(4, 9)', 10],
  ['sum(1, 2, 3) / mean(2, 4)', 2],
  ['sqrt(abs(-16))', 4],
  ['ln(e) + log10(1000)', 4],
  ['floor(2.9) + ceil(2.1)', 5],
  ['round(pi, 4)', 3.1416],
  [' ( 120 - 35.5 )\n* 1.19 ', 100.555],
])('%s is %d', (expression, value) => {
  expect(valueOf('calculator', { expression })).toBe(value);
});

test.each([
  ['1 / 0', 'division by zero'],
  ['5 % (3 - 3)', 'division by zero'],
  ['sqrt(-1)', 'not a finite number'],
  ['10 ^ 400', 'not a finite number'],
  ['1 +', 'got the end'],
  ['(1 + 2', 'expected ")", got the end'],
  ['1 2', 'unexpected "2" at character 3'],
  ['1,200 + 1', 'unexpected ","'],
  ['2 ** 3', 'got "*" at character 4'],
  ['process.exit(1)', '"process" is unknown; known are abs'],
  ['constructor', '"constructor" is unknown'],
  ['abs', 'expected "(" after abs'],
  ['abs(1, 2)', 'abs takes 1 values, got 2'],
  ['"1"', 'expected a number'],
])('%s is refused: %s', (expression, problem) => {
  expect(errorOf('calculator', { expression })).toContain(problem);
});

test('depth and length are bounded', () => {
  expect(errorOf('calculator', { expression: `${'('.repeat(400)}1${')'.repeat(400)}` })).toContain('deeper than 50');
  expect(errorOf('calculator', { expression: '-'.repeat(900) + '1' })).toContain('deeper than 50');
  expect(errorOf('calculator', { expression: `1${'^1'.repeat(400)}` })).toContain('deeper than 50');
  expect(errorOf('calculator', { expression: '1'.repeat(1001) })).toContain('1000');
});

test('whatever is written, the answer is a finite number or a problem', () => {
  const symbols = fc.constantFrom(...'0123456789.+-*/%^(), eabsminxpi"\''.split(''));
  fc.assert(
    fc.property(fc.string({ unit: symbols, maxLength: 60 }), (text) => {
      const result = evaluate(text);
      expect('value' in result ? Number.isFinite(result.value) : result.problem.length > 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('sums and products agree with JavaScript', () => {
  const whole = fc.integer({ min: -1_000, max: 1_000 });
  fc.assert(
    fc.property(whole, whole, whole, (a, b, c) => {
      expect(evaluate(`(${a}) + (${b}) * (${c}) - (${a})`)).toEqual({ value: a + b * c - a });
    }),
  );
});
