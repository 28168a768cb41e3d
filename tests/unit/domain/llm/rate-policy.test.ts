import * as fc from 'fast-check';
import type { Limits } from '../../../../src/domain/llm/limits';
import { RatePolicy, type PermitEnd } from '../../../../src/domain/llm/rate-policy';

const T0 = 1_790_000_000_000;
const LEASE = 15_000;
const answered = (tokens: number): PermitEnd => ({ answered: true, needed: { tokens, microUsd: 0 } });
const request = (operation: string, tokens = 0) => ({ operation, tokens, microUsd: 0 });
const minute = (limit: number, of: 'requests' | 'tokens' = 'requests', burst?: number) => ({
  name: `${of}/min`,
  windowMs: 60_000,
  limit,
  of,
  ...(burst === undefined ? {} : { burst }),
});
const policyOf = (...windows: Limits['windows']) => new RatePolicy({ windows, concurrent: 1000 });

describe('property: no window, wherever it begins, holds more than its limit', () => {
  const anyWindow = fc.record({
    windowMs: fc.integer({ min: 100, max: 60_000 }),
    limit: fc.integer({ min: 1, max: 30 }),
    of: fc.constantFrom('requests' as const, 'tokens' as const),
    burst: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  });
  const anyLimits = fc.record({
    windows: fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
    concurrent: fc.integer({ min: 1, max: 8 }),
  });
  const anyTurn = fc.record({
    passMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000 })),
    tokens: fc.integer({ min: 1, max: 12 }),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
    arrive: fc.boolean(),
    end: fc.boolean(),
    lose: fc.boolean(),
  });

  test('whatever travels how long, comes back, dies or needed less than it asked for', () => {
    fc.assert(
      fc.property(anyLimits, fc.array(anyTurn, { minLength: 20, maxLength: 200 }), ({ windows, concurrent }, turns) => {
        const named = windows.map((window, at) => ({ ...window, name: `w${at}` }));
        const policy = new RatePolicy({ windows: named, concurrent });
        const travelling: { operation: string; tokens: number; used: number }[] = [];
        const atProvider: { operation: string; used: number }[] = [];
        const arrivals: { at: number; tokens: number }[] = [];
        let now = T0;
        for (const [index, turn] of turns.entries()) {
          now += turn.passMs;
          const operation = `o${index}`;
          const tokens = Math.min(turn.tokens, ...named.map(({ limit }) => limit)); // larger ones are refused for good
          if (policy.acquire(now, [request(operation, tokens)], LEASE).granted === 1)
            travelling.push({ operation, tokens, used: Math.round(tokens * turn.used) });
          expect(policy.usage(now).held).toBeLessThanOrEqual(concurrent);
          policy.renew(
            now,
            [...travelling, ...atProvider].map(({ operation: held }) => held),
            LEASE,
          );
          const arriving = turn.arrive ? travelling.shift() : undefined;
          if (arriving) {
            arrivals.push({ at: now, tokens: arriving.used });
            policy.arrived(now, arriving.operation);
            atProvider.push(arriving);
          }
          const ending = turn.end ? atProvider.shift() : undefined;
          if (ending) policy.release(now, ending.operation, answered(ending.used));
          const lost = turn.lose ? travelling.shift() : undefined;
          if (lost) policy.release(now, lost.operation, { unused: true });
        }
        for (const { windowMs, limit, of } of windows) {
          for (const { at } of arrivals) {
            const inside = arrivals.filter((other) => other.at <= at && other.at > at - windowMs);
            const sum = inside.reduce((total, { tokens }) => total + (of === 'tokens' ? tokens : 1), 0);
            expect(sum).toBeLessThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('under constant backlog a limit is used', () => {
  test.each([
    ['requests', minute(60)],
    ['smoothed requests', minute(60, 'requests', 15)],
    ['tokens', minute(6_000, 'tokens')],
    ['smoothed tokens', minute(6_000, 'tokens', 3_000)],
  ])('%s: at least 0.95 of it', (_, window) => {
    const policy = policyOf(window);
    const minutes = 60;
    let granted = 0;
    for (let now = T0; now < T0 + minutes * 60_000;) {
      const answer = policy.acquire(now, [request(`o${granted}`, 100)], LEASE);
      if (answer.granted === 1) {
        policy.release(now, `o${granted}`, answered(100));
        granted += 1;
      } else now += answer.refused!.waitMs;
    }
    const allowed = (window.limit / (window.of === 'tokens' ? 100 : 1)) * minutes;
    expect(granted / allowed).toBeGreaterThanOrEqual(0.95);
  });
});

test('the wait that is named is enough, and not one millisecond too long', () => {
  const policy = policyOf(minute(2));
  policy.acquire(T0, [request('a'), request('b')], LEASE);
  for (const operation of ['a', 'b']) policy.release(T0, operation, { answered: true });
  const { refused } = policy.acquire(T0 + 10_000, [request('c')], LEASE);
  expect(refused).toMatchObject({ limit: 'requests/min' });
  const freeAt = T0 + 10_000 + refused!.waitMs;
  expect(policy.acquire(freeAt - 1, [request('c')], LEASE).granted).toBe(0);
  expect(policy.acquire(freeAt, [request('c')], LEASE).granted).toBe(1);
});

test('a set is granted as far as it fits, and the answer says what binds the next one', () => {
  const policy = policyOf(minute(10), minute(250, 'tokens'));
  const set = ['a', 'b', 'c', 'd'].map((operation) => request(operation, 100));
  expect(policy.acquire(T0, set, LEASE)).toMatchObject({ granted: 2, refused: { limit: 'tokens/min' } });
  expect(policy.usage(T0).used).toEqual([2, 200]);
});

test('what was estimated too high is free again when the answer says what it used', () => {
  const policy = policyOf(minute(100, 'tokens'));
  policy.acquire(T0, [request('a', 90)], LEASE);
  expect(policy.acquire(T0, [request('b', 60)], LEASE).granted).toBe(0);
  policy.release(T0, 'a', answered(30));
  expect(policy.acquire(T0, [request('b', 60)], LEASE).granted).toBe(1);
  expect(policy.usage(T0).used).toEqual([90]);
});

test('what was estimated too low counts in full', () => {
  const policy = policyOf(minute(100, 'tokens'));
  policy.acquire(T0, [request('a', 10)], LEASE);
  policy.release(T0, 'a', answered(95));
  expect(policy.acquire(T0, [request('b', 10)], LEASE).granted).toBe(0);
});

test('smoothing: a burst leaves at once, the rest evenly', () => {
  const policy = policyOf(minute(60, 'requests', 15));
  const set = Array.from({ length: 20 }, (_, at) => request(`o${at}`));
  expect(policy.acquire(T0, set, LEASE)).toEqual({
    granted: 15,
    refused: { granted: false, waitMs: 1_000, limit: 'requests/min' },
  });
  expect(policy.acquire(T0 + 1_000, set, LEASE).granted).toBe(16);
});

describe('what a provider says', () => {
  const busy = () => {
    const policy = policyOf(minute(60));
    policy.acquire(T0, [request('a')], LEASE);
    return policy;
  };

  test('a lower limit holds at once and rises by a tenth per minute', () => {
    const policy = busy();
    policy.arrived(T0, 'a', [{ window: 0, limit: 20, remaining: 19, resetMs: 1_000 }]);
    expect(policy.usage(T0).limits).toEqual([20]);
    expect(policy.usage(T0 + 5 * 60_000).limits).toEqual([30]);
    expect(policy.usage(T0 + 60 * 60_000).limits).toEqual([60]);
  });

  test('a higher limit changes nothing', () => {
    const policy = busy();
    policy.arrived(T0, 'a', [{ window: 0, limit: 5_000, remaining: 4_000, resetMs: 1_000 }]);
    expect(policy.usage(T0)).toMatchObject({ limits: [60], used: [1] });
  });

  test('what others used of the account is counted until it resets', () => {
    const policy = busy();
    policy.arrived(T0, 'a', [{ window: 0, limit: 60, remaining: 0, resetMs: 5_000 }]);
    const { refused } = policy.acquire(T0, [request('b')], LEASE);
    expect(refused!.waitMs).toBeGreaterThan(4_000);
    expect(refused!.waitMs).toBeLessThanOrEqual(5_300);
    expect(policy.acquire(T0 + refused!.waitMs, [request('b')], LEASE).granted).toBe(1);
  });

  test('a 429 stops everybody until then, and halves nothing twice', () => {
    const policy = new RatePolicy({ windows: [], concurrent: 10 });
    for (let turn = 0; turn < 5; turn += 1) policy.throttled(T0 + turn, 2_000);
    policy.throttled(T0 + 5, 10);
    expect(policy.usage(T0 + 5)).toMatchObject({ concurrent: 7, pausedMs: 1_999 });
    expect(policy.acquire(T0 + 5, [request('a')], LEASE).refused).toMatchObject({
      waitMs: 1_999,
      limit: 'retry-after',
    });
    expect(policy.acquire(T0 + 2_004, [request('a')], LEASE).granted).toBe(1);
  });

  test('successes let it grow again, but not right after a 5xx', () => {
    const policy = new RatePolicy({ windows: [], concurrent: 10 });
    policy.throttled(T0, 0);
    policy.overloaded(T0);
    expect(policy.usage(T0).concurrent).toBe(7);
    const succeed = (at: number, count: number) => {
      for (let turn = 0; turn < count; turn += 1) {
        policy.acquire(at, [request(`${at}-${turn}`)], LEASE);
        policy.release(at, `${at}-${turn}`, { answered: true });
      }
    };
    succeed(T0 + 1, 50);
    expect(policy.usage(T0 + 1).concurrent).toBe(7);
    succeed(T0 + 5_000, 8);
    expect(policy.usage(T0 + 5_000).concurrent).toBe(8);
    succeed(T0 + 5_000, 50);
    expect(policy.usage(T0 + 5_000).concurrent).toBe(10);
  });
});

test('a lease that nobody renews ends; what it held counts as arrived then', () => {
  const policy = new RatePolicy({ windows: [minute(1)], concurrent: 1 });
  policy.acquire(T0, [request('dead')], 5_000);
  expect(policy.acquire(T0 + 4_999, [request('a')], LEASE).granted).toBe(0);
  expect(policy.usage(T0 + 5_000)).toMatchObject({ held: 0, used: [1] });
  expect(policy.acquire(T0 + 64_999, [request('a')], LEASE).granted).toBe(0);
  expect(policy.acquire(T0 + 65_300, [request('a')], LEASE).granted).toBe(1);
});

test('time that runs backwards stands still', () => {
  const policy = policyOf(minute(1));
  policy.acquire(T0, [request('a')], LEASE);
  policy.release(T0, 'a', { answered: true });
  expect(policy.acquire(T0 - 3_600_000, [request('b')], LEASE)).toMatchObject({
    granted: 0,
    refused: { waitMs: expect.any(Number) },
  });
  expect(policy.acquire(T0 - 3_600_000, [request('b')], LEASE).refused!.waitMs).toBeLessThanOrEqual(60_300);
});
