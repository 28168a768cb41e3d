import { createRateLimiter } from '../../../src/gateway/rate-limiter';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

async function granted(answer: Promise<void>): Promise<boolean> {
  let done = false;
  void answer.then(() => (done = true));
  await jest.advanceTimersByTimeAsync(0);
  return done;
}

test('calls wait for their turn, and for a free place', async () => {
  const limiter = createRateLimiter({ requestsPerMinute: 2, concurrentRequests: 2 });
  await limiter.acquire(10);
  await limiter.acquire(10);
  limiter.release(7);
  const third = limiter.acquire(10);
  expect(await granted(third)).toBe(false);
  await jest.advanceTimersByTimeAsync(61_000);
  await third;
  expect(limiter.getStatistics()).toMatchObject({
    totalRequests: 3,
    totalTokens: 27,
    waiting: 0,
    inFlight: 2,
    timeouts: 0,
  });
  expect(limiter.getStatistics().longestWaitMs).toBeGreaterThanOrEqual(60_000);
});

test('tokens are a limit of their own, 1000 by default, and what was not used is given back', async () => {
  const limiter = createRateLimiter({ tokensPerMinute: 2_500 });
  await limiter.acquire();
  const others = [limiter.acquire(), limiter.acquire()];
  expect(await granted(others[1]!)).toBe(false);
  limiter.release(10);
  await jest.advanceTimersByTimeAsync(30_000);
  await Promise.all(others);
  expect(limiter.getStatistics()).toMatchObject({ totalRequests: 3, totalTokens: 2_010 });
});

test('who waits too long is told so, and takes nobody else’s place', async () => {
  const limiter = createRateLimiter({ concurrentRequests: 1 });
  await limiter.acquire();
  const late = expect(limiter.acquire(1000, { timeoutMs: 500 })).rejects.toMatchObject({ name: 'TimeoutError' });
  const next = limiter.acquire();
  await jest.advanceTimersByTimeAsync(500);
  await late;
  expect(limiter.getStatistics()).toMatchObject({ timeouts: 1, waiting: 1 });
  limiter.release();
  await jest.advanceTimersByTimeAsync(100);
  await next;
});
