import type { Attempt } from '../../../src/contracts/api.schema';
import { lostCalls } from '../../../src/cli/demo/lost-calls';

const SENT = '2026-01-30T08:00:00.000Z';

function attempt(
  callKey: string,
  n: number,
  state: Attempt['state'],
  failureClass: string | null = null,
  sentAt: string | null = SENT,
): Attempt {
  return { callKey, n, state, failureClass, sentAt } as Attempt; // only what is counted
}

it.each<[string, Attempt[], Partial<ReturnType<typeof lostCalls>>]>([
  [
    'nothing happened',
    [attempt('a', 1, 'settled'), attempt('b', 1, 'settled')],
    { inFlight: 0, repeated: 0, paidTwice: 0 },
  ],
  [
    'billed and repeated',
    [attempt('a', 1, 'settled', 'lost'), attempt('a', 2, 'settled')],
    { inFlight: 1, billed: 1, unknown: 0, repeated: 1, paidTwice: 0 },
  ],
  [
    'never accepted',
    [attempt('a', 1, 'void', 'lost'), attempt('a', 2, 'settled')],
    { inFlight: 1, billed: 0, repeated: 1 },
  ],
  [
    'not reconciled',
    [attempt('a', 1, 'unknown', 'lost'), attempt('a', 2, 'settled')],
    { inFlight: 1, unknown: 1, billed: 0 },
  ],
  [
    'lost twice',
    [attempt('a', 1, 'settled', 'lost'), attempt('a', 2, 'settled', 'lost'), attempt('a', 3, 'settled')],
    { inFlight: 2, billed: 2, repeated: 1 },
  ],
  ['lost and not tried again', [attempt('a', 1, 'unknown', 'lost')], { inFlight: 1, repeated: 0 }],
  ['lost before it was sent', [attempt('a', 1, 'void', 'lost', null)], { inFlight: 0, repeated: 0 }],
  [
    'a refusal is no loss',
    [attempt('a', 1, 'void', 'rate-limit'), attempt('a', 2, 'settled')],
    { inFlight: 0, repeated: 0, paidTwice: 0 },
  ],
  [
    'a stored answer paid again',
    [attempt('a', 1, 'settled'), attempt('a', 2, 'settled')],
    { inFlight: 0, paidTwice: 1 },
  ],
])('%s', (_, attempts, expected) => {
  expect(lostCalls(attempts)).toMatchObject(expected);
});
