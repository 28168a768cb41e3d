import type { FailureClass } from './failure-class';

/** `refused`: the credential is not accepted or may not spend; `down`: the provider does not answer, or with 5xx. */
export type BreakerKind = 'refused' | 'down';

/** What is known of one model at one credential. Times in ms of any one clock. */
export interface Breaker {
  /** Failures of `kind` in a row. */
  failures: number;
  kind: BreakerKind;
  detail: string;
  /** Null while it is closed. */
  openedAtMs: number | null;
  /** From when on one call may try whether it has passed. */
  probeAtMs: number;
}

export interface BreakerPolicy {
  /** Failures in a row that open it, per kind. */
  opensAfter: Readonly<Record<BreakerKind, number>>;
  /** How long until the next probe, per kind, in ms. */
  probeEveryMs: Readonly<Record<BreakerKind, number>>;
}

/**
 * A wrong key is told by three calls and helped by a person: asked again once a minute. An outage ends by itself: asked
 * often, and only after more failures in a row than one agent's own retries make.
 */
export const BREAKER_POLICY: BreakerPolicy = {
  opensAfter: { refused: 3, down: 5 },
  probeEveryMs: { refused: 60_000, down: 5_000 },
};

const CREDENTIAL_STATUS = new Set([401, 402, 403]);

/** What a failure says of the credential and the provider; null: nothing (a 429, a time-out, a cancellation). */
export function kindOf(failure: { class: FailureClass; status: number | null }): BreakerKind | null {
  if (failure.class === 'spend-cap' || CREDENTIAL_STATUS.has(failure.status ?? 0)) return 'refused';
  return failure.class === 'unreachable' || (failure.status ?? 0) >= 500 ? 'down' : null;
}

/** The state after one more failure. A failed probe puts the next one off. */
export function afterFailure(
  before: Breaker | undefined,
  kind: BreakerKind,
  detail: string,
  nowMs: number,
  { opensAfter, probeEveryMs }: BreakerPolicy,
): Breaker {
  const failures = before?.kind === kind ? before.failures + 1 : 1;
  const wasOpen = before?.openedAtMs ?? null;
  const openedAtMs = wasOpen ?? (failures >= opensAfter[kind] ? nowMs : null);
  return { failures, kind, detail, openedAtMs, probeAtMs: openedAtMs === null ? nowMs : nowMs + probeEveryMs[kind] };
}

export type Passage = { pass: true; breaker: Breaker | undefined } | { pass: false; waitMs: number; breaker: Breaker };

/**
 * Whether a call may go through now. Of an open breaker one call per interval may: by passing it puts the next one off,
 * so that a probe that hangs holds nobody up for longer.
 */
export function passage(breaker: Breaker | undefined, nowMs: number, { probeEveryMs }: BreakerPolicy): Passage {
  if (!breaker || breaker.openedAtMs === null) return { pass: true, breaker };
  const waitMs = breaker.probeAtMs - nowMs;
  if (waitMs > 0) return { pass: false, waitMs, breaker };
  return { pass: true, breaker: { ...breaker, probeAtMs: nowMs + probeEveryMs[breaker.kind] } };
}
