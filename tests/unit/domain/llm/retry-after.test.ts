import { hintedWaitMs, MAX_RETRY_AFTER_MS, retryAfterMs } from '../../../../src/domain/llm/retry-after';

const NOW = Date.parse('2026-11-20T10:00:00Z');

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  [{ 'retry-after': '1.5' }, 1500],
  [{ 'retry-after-ms': '20.4' }, 21],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '-5' }, null],
  [{ 'retry-after': 'Fri, 20 Nov 2026 10:00:02 GMT' }, 2000],
  [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, null],
  [{ 'retry-after': '999999999' }, MAX_RETRY_AFTER_MS],
  [{ 'retry-after': 'Infinity' }, null],
  [{ 'retry-after-ms': 'x', 'retry-after': '2' }, 2000],
])('%j', (headers, expected) => expect(retryAfterMs(headers, NOW)).toBe(expected));

test.each([
  ['Please try again in 20s.', 20_000],
  ['try again in 1m30s', 90_000],
  ['try again in 2m.', 120_000],
  ['try again in 7ms', 7],
  ['try again later', null],
  ['', null],
])('%s', (text, expected) => expect(hintedWaitMs(text)).toBe(expected));
