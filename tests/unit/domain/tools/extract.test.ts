import { PATTERNS } from '../../../../src/domain/tools/patterns';
import { errorOf, valueOf } from './skill-under-test';

const MAIL = `From: Ada <ada.lovelace@example.org>
Invoice no: 2026-118 of March 3, 2026, due 2026-04-02, total 1,250.50 EUR (VAT 19%).
See https://example.org/pay?id=118, or write to billing@pay.example.com.`;

test.each<[string, Record<string, unknown>, unknown]>([
  ['email', { from: MAIL, pattern: 'email' }, ['ada.lovelace@example.org', 'billing@pay.example.com']],
  ['url', { from: MAIL, pattern: 'url' }, ['https://example.org/pay?id=118']],
  ['date', { from: MAIL, pattern: 'date' }, ['2026-03-03', '2026-04-02']],
  ['number', { from: 'a 1,250.50 b -3 c 4e2 d 7% v2', pattern: 'number' }, [1250.5, -3, 400, 7]],
  ['between marks', { from: MAIL, after: 'Invoice no:', before: 'of' }, ['2026-118']],
  ['to the end of the line', { from: 'a: 1\nb: 2\na: 3', after: 'a:' }, ['1', '3']],
  ['a path', { from: '{"a": [{"b": 1}, {"b": 2}]}', path: 'a[*].b' }, [1, 2]],
  [
    'days that no calendar has',
    { from: '2026-02-29 2024-02-29 2026-13-01 31 Apr 2026', pattern: 'date' },
    ['2024-02-29'],
  ],
  ['nothing', { from: 'nothing here', pattern: 'email' }, []],
])('%s', (_, args, value) => {
  expect(valueOf('extract', args)).toEqual(value);
});

test.each<[string, Record<string, unknown>, string]>([
  ['two ways at once', { from: 'a', pattern: 'email', path: 'b' }, 'exactly one of pattern, after and path; got 2'],
  ['no way', { from: 'a' }, 'got 0'],
  ['an expression of its own', { from: 'a', pattern: '(a+)+$' }, 'must be equal to one of the allowed values'],
  ['a path to nothing', { from: { a: 1 }, path: 'b' }, 'it has a'],
  ['a text that is too long', { from: 'a'.repeat(200_001), pattern: 'url' }, 'at most 200000'],
])('%s', (_, args, problem) => {
  expect(errorOf('extract', args)).toContain(problem);
});

test.each(
  [
    'a',
    'a.',
    'a@',
    '1',
    '1,111',
    '1.',
    '-',
    'http://',
    'https://a',
    'Mar ',
    '1 Mar',
    '2026-',
    '@a.',
    '.a-',
    '+1e',
  ].flatMap((piece) => Object.keys(PATTERNS).map((name) => [name, piece] as const)),
)('%s takes a bounded number of steps over 200,000 characters of "%s"', (name, piece) => {
  const text = piece.repeat(200_000 / piece.length);
  const spent = cpuMs(() => PATTERNS[name]!(`${text}!`));
  // A quadratic pattern takes more than 10 s over such a text; these take less than 150 ms.
  expect(spent).toBeLessThan(2_000);
});

/** Processor time, not time of the clock: other work on the machine does not count. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}
