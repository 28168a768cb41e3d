import type { Attempt } from '../../contracts/api.schema';

/** What a kill did to the calls of a run, from its attempts. */
export interface LostCalls {
  /** Requests that were under way when their process died. */
  inFlight: number;
  /** Of these, billed by the provider: the price of the kill. Known after a reconciliation. */
  billed: number;
  /** Of these, nothing is known: no log of the provider at hand. */
  unknown: number;
  /** Calls that were sent again because of it. */
  repeated: number;
  /** Calls whose stored answer was paid again. Always 0. */
  paidTwice: number;
}

export function lostCalls(attempts: readonly Attempt[]): LostCalls {
  const lost = attempts.filter(isLost);
  const lostCallKeys = new Set(lost.map(({ callKey }) => callKey));
  const stored = attempts.filter((attempt) => attempt.state === 'settled' && !isLost(attempt));
  return {
    inFlight: lost.length,
    billed: lost.filter(({ state }) => state === 'settled').length,
    unknown: lost.filter(({ state }) => state === 'unknown').length,
    repeated: [...lostCallKeys].filter((key) =>
      attempts.some(({ callKey, n }) => callKey === key && n > firstLost(lost, key)),
    ).length,
    paidTwice: stored.length - new Set(stored.map(({ callKey }) => callKey)).size,
  };
}

/** Sent by a process that did not live to see the answer. One that was never sent is no loss: nobody can bill it. */
function isLost({ failureClass, sentAt }: Attempt): boolean {
  return failureClass === 'lost' && sentAt !== null;
}

function firstLost(lost: readonly Attempt[], key: string): number {
  return Math.min(...lost.filter(({ callKey }) => callKey === key).map(({ n }) => n));
}
