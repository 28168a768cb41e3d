import { redact } from '../../../../src/domain/llm/redact';

const KEY = 'canary-4f9a-not-a-real-key';

test.each([
  [`Incorrect API key provided: ${KEY}.`],
  ['Incorrect API key provided: sk-proj-****REDACTED.'],
  ['header Authorization: Bearer abc.def.ghi was refused'],
  ['connect to https://user:secret@example.com/v1 failed'],
])('%s', (text) => {
  const safe = redact(text, [KEY]);
  for (const secret of [KEY, 'sk-proj', 'abc.def', 'secret@']) expect(safe).not.toContain(secret);
});

test('control characters and lone surrogates become blanks, length is bounded', () => {
  expect(redact('a\u0000b\u001b[31m\ud800c\nd', [])).toBe('a b [31m c d');
  expect(redact('x'.repeat(10_000), [])).toHaveLength(500);
});

test('plain words stay', () =>
  expect(redact('Rate limit reached for gpt-4o on tokens per min', [KEY])).toBe(
    'Rate limit reached for gpt-4o on tokens per min',
  ));
