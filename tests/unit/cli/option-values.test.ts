import {
  httpUrl,
  integerBetween,
  modelName,
  namedValue,
  port,
  time,
  usDollars,
} from '../../../src/cli/commands/option-values';

it.each<[string, (text: string) => unknown, string[], string[]]>([
  ['port', port, ['1', '65535'], ['0', '65536', '-1', '80a', '', '1e3', '0x10', ' 80']],
  ['a bounded number', integerBetween(1, 200), ['1', '200'], ['0', '201', '1.5', 'NaN', 'Infinity']],
  ['dollars', usDollars, ['1', '0.000001', '2.50'], ['0', '0.0', '-1', 'NaN', 'Infinity', '1e3', '$5', '']],
  ['a time', time, ['2026-01-30', '2026-01-30T08:00:00Z'], ['yesterday', '1', '2026-13-01', '2026-01-30T99:00']],
  [
    'an address',
    httpUrl,
    ['http://localhost:8080', 'https://longhaul.example/base'],
    ['localhost:8080', 'file:///etc', '', '/v1'],
  ],
  ['a model', modelName, ['gpt-4.1-mini', 'org/model:free'], ['a b', 'x\ny: z', '', ': x', 'a#b']],
])('%s: takes what can be meant and refuses the rest', (_, read, good, bad) => {
  for (const text of good) expect(() => read(text)).not.toThrow();
  for (const text of bad) expect(() => read(text)).toThrow(/^Expected /);
});

it('reads times as UTC and addresses without their last slash', () => {
  expect(time('2026-01-30')).toBe('2026-01-30T00:00:00.000Z');
  expect(time('2026-01-30T10:00:00+02:00')).toBe('2026-01-30T08:00:00.000Z');
  expect(httpUrl('http://127.0.0.1:80//')).toBe('http://127.0.0.1:80');
});

it.each([
  ['n=3', ['n', 3]],
  ['list=[1,"a"]', ['list', [1, 'a']]],
  ['text=a=b', ['text', 'a=b']],
  ['empty=', ['empty', '']],
  ['order=12345678901234567890', ['order', '12345678901234567890']],
  ['zip=01234', ['zip', '01234']],
])('input %s', (pair, expected) => {
  expect(namedValue(pair, [['before', 1]])).toEqual([['before', 1], expected]);
});

it.each(['noequals', '=value', ''])('input %j is refused', (pair) => {
  expect(() => namedValue(pair, [])).toThrow('Expected name=value.');
});
