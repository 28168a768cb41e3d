import { tells } from '../../../../src/adapters/agents/tells';

const SECRETS = ['abc/def==', 'pässword-😀', 'quo"te\\d'];

test.each([
  ['as it is', 'my key is abc/def== indeed'],
  ['as PHP writes a slash', '{"decision": {"reasoning": "abc\\/def=="}}'],
  ['as Gson writes an equals sign', '{"decision": {"reasoning": "abc/def\\u003d\\u003D"}}'],
  ['as Python writes an umlaut', '{"decision": {"reasoning": "p\\u00e4ssword-\\ud83d\\ude00"}}'],
  ['as Node writes a quote', JSON.stringify({ decision: 'quo"te\\d' })],
  ['as a key', '{"decision": {"abc\\/def\\u003d=": 1}}'],
  ['in what is no JSON', 'Sorry! \\x "abc\\/def\\u003d\\u003d'],
])('a secret is told %s', (_, text) => {
  expect(tells(text, SECRETS)).toBe(true);
});

test.each([
  ['something like it', '{"decision": {"reasoning": "abc/DEF=="}}'],
  ['a backslash before its escape', '{"decision": {"reasoning": "abc/def\\\\u003d="}}'],
  ['escapes that nobody knows', 'C:\\Users\\N \\u00g1 \\'],
])('%s is none', (_, text) => {
  expect(tells(text, SECRETS)).toBe(false);
});
