import type { RateWindow } from '../../../../src/domain/llm/limits';
import { limitHeaders, observationsIn } from '../../../../src/domain/llm/rate-headers';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const WINDOWS: RateWindow[] = [
  { name: 'requests/2 s', windowMs: 2_000, limit: 5 },
  { name: 'requests/min', windowMs: 60_000, limit: 60 },
  { name: 'requests/day', windowMs: 86_400_000, limit: 50_000 },
  { name: 'tokens/min', windowMs: 60_000, limit: 100_000, of: 'tokens' },
];
const openai = (limit: string, remaining: string, reset?: string, unit = 'requests') => ({
  [`x-ratelimit-limit-${unit}`]: limit,
  [`x-ratelimit-remaining-${unit}`]: remaining,
  ...(reset === undefined ? {} : { [`x-ratelimit-reset-${unit}`]: reset }),
});

describe('what an answer says of the windows', () => {
  test.each([
    ['OpenAI, seconds', openai('500', '499', '0.12s'), [{ window: 1, limit: 500, remaining: 499, resetMs: 120 }]],
    ['OpenAI, ms', openai('500', '499', '7ms'), [{ window: 1, limit: 500, remaining: 499, resetMs: 7 }]],
    ['OpenAI, no reset', openai('500', '499'), [{ window: 1, limit: 500, remaining: 499, resetMs: 60_000 }]],
    ['a reset later than a minute means a longer window', openai('200', '3', '7m12s'), [{ window: 2, limit: 200, remaining: 3, resetMs: 432_000 }]],
    ['a reset is no later than an hour', openai('200', '3', '23h59m59s'), [{ window: 2, limit: 200, remaining: 3, resetMs: 3_600_000 }]],
    ['tokens', openai('30000', '12', '6s', 'tokens'), [{ window: 3, limit: 30_000, remaining: 12, resetMs: 6_000 }]],
    ['Anthropic', { 'anthropic-ratelimit-requests-limit': '50', 'anthropic-ratelimit-requests-remaining': '0', 'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:30Z' }, [{ window: 1, limit: 50, remaining: 0, resetMs: 30_000 }]],
    ['a date that is over', { 'anthropic-ratelimit-tokens-limit': '50', 'anthropic-ratelimit-tokens-remaining': '7', 'anthropic-ratelimit-tokens-reset': '2026-11-21T11:00:30Z' }, [{ window: 3, limit: 50, remaining: 7, resetMs: 0 }]],
    ['OpenRouter, a moment in ms', { 'x-ratelimit-limit': '20', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': String(NOW + 9_000) }, [{ window: 1, limit: 20, remaining: 1, resetMs: 9_000 }]],
    ['half of it', { 'x-ratelimit-limit-requests': '50' }, []],
    ['garbage', openai('a lot', '-1', 'soon'), []],
    ['too large', openai('99999999999', '1', '1s'), []],
    ['a limit of nothing that has a window', openai('5', '1', '1s', 'images'), []],
    ['nothing', {}, []],
  ])('%s', (_, headers, expected) => {
    expect(observationsIn(headers as Record<string, string>, WINDOWS, NOW)).toEqual(expected);
  }); // prettier-ignore
});

test('only headers about limits are kept', () => {
  expect(limitHeaders({ ...openai('1', '1'), 'set-cookie': 'secret', authorization: 'secret' })).toEqual(
    openai('1', '1'),
  );
});
