import { limitBook, toLimits, type LimitSettings } from '../../../../src/domain/llm/limit-rules';

const SEED: LimitSettings = {
  requestsPerMinute: 60,
  requestsPerHour: 3_000,
  requestsPerDay: 50_000,
  tokensPerMinute: 100_000,
  spendPerMinuteMicroUsd: 0,
  concurrentRequests: 10,
};
const perMinute = (book: ReturnType<typeof limitBook>, provider: string, model: string) =>
  book.scopeFor(provider, model).limits.windows.find(({ name }) => name === 'requests/min')?.limit;

test('the defaults are the windows of a small account', () => {
  const { windows, concurrent } = toLimits(SEED);
  expect(concurrent).toBe(10);
  expect(windows.map(({ name, limit, of, burst }) => [name, limit, of, burst])).toEqual([
    ['requests/min', 60, 'requests', 15],
    ['requests/h', 3_000, 'requests', undefined],
    ['requests/day', 50_000, 'requests', undefined],
    ['tokens/min', 100_000, 'tokens', 50_000],
  ]);
});

test('0 is no limit; spend is one when it is given', () => {
  const { windows } = toLimits({
    ...SEED,
    requestsPerHour: 0,
    requestsPerDay: 0,
    tokensPerMinute: 0,
    spendPerMinuteMicroUsd: 5,
  });
  expect(windows.map(({ name }) => name)).toEqual(['requests/min', 'micro-USD/min']);
});

describe('rules', () => {
  const book = limitBook(SEED, [
    { provider: 'openai', model: 'gpt-4o*', requestsPerMinute: 500 },
    { model: '*-mini', requestsPerMinute: 90 },
    { provider: 'scripted', requestsPerMinute: 6_000, concurrentRequests: 50 },
  ]);

  test.each([
    ['openai', 'gpt-4o', 500],
    ['openai', 'gpt-4o-mini', 500],
    ['other', 'gpt-4o-mini', 90],
    ['other', 'gpt-4o', 60],
    ['scripted', 'scripted-erp', 6_000],
    ['openai', 'a gpt-4o', 60],
  ])('%s %s: %d per minute', (provider, model, limit) => expect(perMinute(book, provider, model)).toBe(limit));

  test('models of one rule share their limits, others do not', () => {
    expect(book.scopeFor('openai', 'gpt-4o')).toBe(book.scopeFor('openai', 'gpt-4o-mini'));
    expect(book.scopeFor('openai', 'gpt-4o')).not.toBe(book.scopeFor('openai', 'o3'));
    expect(book.scopeFor('openai', 'gpt-4o').family).toBe('gpt-4o*');
  });

  test('what a rule leaves out stays', () => {
    expect(book.scopeFor('scripted', 'x').limits.windows.map(({ name }) => name)).toContain('tokens/min');
  });

  test('every scope of a provider is known before anybody asks', () => {
    expect(book.scopesOf('openai').map(({ family }) => family)).toEqual(['gpt-4o*', '*-mini', '*']);
    expect(book.scopesOf('openai')).toContain(book.scopeFor('openai', 'gpt-4o'));
  });

  test('a pattern is no regular expression', () => {
    expect(perMinute(limitBook(SEED, [{ model: 'a.b+', requestsPerMinute: 1 }]), 'p', 'aXbb')).toBe(60);
  });
});
