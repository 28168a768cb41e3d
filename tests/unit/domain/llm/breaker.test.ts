import { afterFailure, type Breaker, BREAKER_POLICY, kindOf, passage } from '../../../../src/domain/llm/breaker';
import type { FailureClass } from '../../../../src/domain/llm/failure-class';

const fail = (before: Breaker | undefined, kind: 'refused' | 'down', nowMs: number) =>
  afterFailure(before, kind, 'said so', nowMs, BREAKER_POLICY);
const times = (count: number, kind: 'refused' | 'down', nowMs = 0) =>
  Array.from({ length: count }).reduce<Breaker | undefined>((state) => fail(state, kind, nowMs), undefined);
const passes = (breaker: Breaker | undefined, nowMs: number) => passage(breaker, nowMs, BREAKER_POLICY);

test.each<[FailureClass, number | null, string | null]>([
  ['permanent', 401, 'refused'],
  ['permanent', 403, 'refused'],
  ['spend-cap', 429, 'refused'],
  ['spend-cap', 402, 'refused'],
  ['retryable', 500, 'down'],
  ['retryable', 529, 'down'],
  ['unreachable', null, 'down'],
  ['retryable-after', 429, null],
  ['permanent', 400, null],
  ['timeout', null, null],
  ['cancelled', null, null],
])('%s with status %s says %s', (failureClass, status, expected) => {
  expect(kindOf({ class: failureClass, status })).toBe(expected);
});

test.each(['refused', 'down'] as const)('it opens with the last failure in a row that is too many: %s', (kind) => {
  const limit = BREAKER_POLICY.opensAfter[kind];
  expect(passes(times(limit - 1, kind), 0).pass).toBe(true);
  expect(passes(times(limit, kind), 0)).toMatchObject({ pass: false, waitMs: BREAKER_POLICY.probeEveryMs[kind] });
});

test('failures of another kind begin anew', () => {
  const mixed = fail(times(BREAKER_POLICY.opensAfter.down - 1, 'down'), 'refused', 0);
  expect(mixed).toMatchObject({ failures: 1, kind: 'refused', openedAtMs: null });
});

test('one call per interval passes an open breaker, and a failed probe puts the next one off', () => {
  const every = BREAKER_POLICY.probeEveryMs.down;
  const open = times(5, 'down');
  const probe = passes(open, every);
  expect(probe.pass).toBe(true);
  expect(passes(probe.breaker, every + 1)).toMatchObject({ pass: false, waitMs: every - 1 });
  const failed = fail(probe.breaker, 'down', every + 100);
  expect(failed).toMatchObject({ failures: 6, openedAtMs: 0 });
  expect(passes(failed, every + 100)).toMatchObject({ pass: false, waitMs: every });
});
