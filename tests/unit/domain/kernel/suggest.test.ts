import { didYouMean, Hints, listed, nearestWord } from '../../../../src/domain/kernel/suggest';

const fields = ['promptTemplate', 'dependencies', 'priority', 'llmConfig', 'a'];

test.each([
  ['promptTemplat', 'promptTemplate'],
  ['prompt_template', 'promptTemplate'],
  ['PRIORITY', 'priority'],
  ['dependancies', 'dependencies'],
  ['b', undefined],
  ['temperature', undefined],
  ['', undefined],
  ['x'.repeat(1_000_000), undefined],
])('%s means %s', (word, expected) => {
  expect(nearestWord(word, fields)).toBe(expected);
});

test('the nearest of several wins', () => {
  expect(nearestWord('retries', ['retried', 'retry', 'retries2'])).toBe('retried');
  expect(didYouMean('pirority', ['priority'])).toBe(' Did you mean "priority"?');
  expect(didYouMean('pirority', [])).toBe('');
});

test('hints end after so many, because each compares with everything known', () => {
  const hints = new Hints(2);
  expect([1, 2, 3].map(() => hints.for('pirority', fields))).toEqual([
    ' Did you mean "priority"?',
    ' Did you mean "priority"?',
    '',
  ]);
});

test('lists in messages stay short', () => {
  expect(listed([])).toBe('none');
  expect(listed(['a', 'b'])).toBe('a, b');
  expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});
