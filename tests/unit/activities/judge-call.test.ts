import { argumentsOf } from '../../../src/activities/tools/judge-call';

test.each<[string, string, string]>([
  ['no JSON', '{"a": 1,,}', 'not a JSON object'],
  ['a list', '[1]', 'not a JSON object'],
  ['null', 'null', 'not a JSON object'],
  ['nested too deep', `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`, 'Nested deeper than 64 levels'],
  ['NUL in a key', '{"a\\u0000": 1}', 'NUL'],
  ['NUL in a value', '{"a": "\\u0000"}', 'NUL'],
  ['half a surrogate pair', '{"a": "\\ud800"}', 'surrogate'],
  ['a key that reaches the prototype', '{"__proto__": {"a": 1}}', '__proto__'],
  ['10 MB', `{"a": "${'x'.repeat(10_000_000)}"}`, 'at most 524288'],
])('arguments cannot be %s', (_, text, problem) => {
  expect(argumentsOf(text)).toEqual({ problem: expect.stringContaining(problem) as string });
});

test('nothing written means no arguments', () => {
  expect(argumentsOf(' ')).toEqual({ args: {} });
});
