import fc from 'fast-check';
import { DEFAULT_RETRY_POLICY, RETRY_STRATEGIES, retryDelayMs } from '../../../../src/domain/agents/retry';
import type { RetryPolicy, RetryStrategy } from '../../../../src/domain/agents/retry';

const plain: RetryPolicy = { ...DEFAULT_RETRY_POLICY, jitter: false };
const delays = (policy: RetryPolicy) => [1, 2, 3, 4].map((failures) => retryDelayMs(policy, failures, 0.5));

test('the defaults: exponential from 1 s, base 2, at most 60 s, with jitter', () => {
  expect(DEFAULT_RETRY_POLICY).toEqual({
    strategy: 'exponential_backoff',
    baseDelaySeconds: 1,
    maxDelaySeconds: 60,
    exponentialBase: 2,
    jitter: true,
  });
});

test.each<[RetryStrategy, number[]]>([
  ['exponential_backoff', [1_000, 2_000, 4_000, 8_000]],
  ['linear_backoff', [1_000, 2_000, 3_000, 4_000]],
  ['constant_delay', [1_000, 1_000, 1_000, 1_000]],
  ['immediate', [0, 0, 0, 0]],
])('%s waits %j ms', (strategy, expected) => {
  expect(delays({ ...plain, strategy })).toEqual(expected);
});

test('another base and another first delay', () => {
  expect(delays({ ...plain, exponentialBase: 3, baseDelaySeconds: 2 })).toEqual([2_000, 6_000, 18_000, 54_000]);
});

test('no delay is longer than the maximum', () => {
  expect(delays({ ...plain, maxDelaySeconds: 3 })).toEqual([1_000, 2_000, 3_000, 3_000]);
  expect(retryDelayMs(plain, 10_000, 0)).toBe(60_000);
});

test('what the provider asks for wins when it is longer, past the maximum too', () => {
  expect(retryDelayMs(plain, 1, 0, 90_000)).toBe(90_000);
  expect(retryDelayMs(plain, 3, 0, 500)).toBe(4_000);
  expect(retryDelayMs({ ...plain, strategy: 'immediate' }, 1, 0, 700)).toBe(700);
});

test('jitter takes between half and the whole of the plain delay', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const policy = fc.record({ ...fixed(plain), strategy: fc.constantFrom(...RETRY_STRATEGIES) });
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 50 }), chance, (given, failures, draw) => {
      const whole = retryDelayMs(given, failures, draw);
      const jittered = retryDelayMs({ ...given, jitter: true }, failures, draw);
      expect(jittered).toBeGreaterThanOrEqual(Math.floor(whole / 2));
      expect(jittered).toBeLessThanOrEqual(whole);
    }),
  );
});

function fixed(policy: RetryPolicy) {
  const { baseDelaySeconds, maxDelaySeconds, exponentialBase, jitter } = policy;
  return {
    baseDelaySeconds: fc.constant(baseDelaySeconds),
    maxDelaySeconds: fc.constant(maxDelaySeconds),
    exponentialBase: fc.constant(exponentialBase),
    jitter: fc.constant(jitter),
  };
}

test('the maximum holds before jitter', () => {
  expect(retryDelayMs({ ...plain, exponentialBase: 10, maxDelaySeconds: 5, jitter: true }, 9, 0)).toBe(2_500);
});
