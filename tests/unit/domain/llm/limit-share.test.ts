import * as fc from 'fast-check';
import { shareOf, usageShareOf } from '../../../../src/domain/llm/limit-share';
import type { Limits } from '../../../../src/domain/llm/limits';
import { RatePolicy } from '../../../../src/domain/llm/rate-policy';

const HOUR_MS = 3_600_000;
const hour = (limit: number, concurrent = 100): Limits => ({
  windows: [{ name: 'requests/h', windowMs: HOUR_MS, limit }],
  concurrent,
});
const T0 = 1_790_000_000_000;
const request = (operation: string) => ({ operation, tokens: 1, microUsd: 1 });

test('a third of 100 requests, of bursts of 20 and of 10 under way is 33, 6 and 3', () => {
  const minute = { name: 'requests/min', windowMs: 60_000, limit: 100, burst: 20 };
  expect(shareOf({ windows: [minute], concurrent: 10 }, 3)).toEqual({
    windows: [{ ...minute, limit: 33, burst: 6 }],
    concurrent: 3,
  });
});

test.each([hour(2), hour(100, 2)])('of less than one for each process nobody has a share', (limits) => {
  expect(shareOf(limits, 3)).toBeNull();
});

test('of five requests under way each of two processes counts three, with half of all tokens together', () => {
  const open = [10, 10, 20, 20, 30].map((tokens, nth) => ({ tokens, microUsd: 2, leaseLeftMs: 100 * nth }));
  const { underWay } = usageShareOf({ sent: [], underWay: open }, 2);
  expect(underWay).toEqual(Array(3).fill({ tokens: 15, microUsd: 5 / 3, leaseLeftMs: 400 }));
});

test('property: all shares together never have more than what was left', () => {
  const book = fc.record({
    limit: fc.integer({ min: 1, max: 60 }),
    parts: fc.integer({ min: 1, max: 6 }),
    sent: fc.integer({ min: 0, max: 60 }),
    open: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(book, ({ limit, parts, sent, open }) => {
      const limits = shareOf(hour(limit), parts);
      fc.pre(limits !== null && sent + open <= limit);
      const counted = {
        sent: [{ window: 0, ageMs: 0, amount: sent }],
        underWay: Array.from({ length: open }, () => ({ tokens: 1, microUsd: 1, leaseLeftMs: 1_000 })),
      };
      let granted = 0;
      for (let process = 0; process < parts; process += 1) {
        const policy = new RatePolicy(limits);
        policy.recall(T0, usageShareOf(counted, parts));
        granted += policy.acquire(
          T0,
          Array.from({ length: limit }, (_, nth) => request(`${nth}`)),
          1_000,
        ).granted;
      }
      expect(granted + sent + open).toBeLessThanOrEqual(limit);
    }),
  );
});
