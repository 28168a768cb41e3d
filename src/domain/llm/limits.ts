/** What a window counts. Tokens are input and output together; spend is in micro-USD. */
export type CountedUnit = 'requests' | 'tokens' | 'microUsd';

/** At most `limit` of something in *any* window of `windowMs`. */
export interface RateWindow {
  /** Shown to people who wait: `requests/min`. */
  name: string;
  windowMs: number;
  limit: number;
  /** Requests when absent. */
  of?: CountedUnit;
  /**
   * How much may go at once; the rest follows evenly (a token bucket of this size that fills at limit ÷ window).
   * Without it the whole window may go at once.
   */
  burst?: number;
}

/** Everything that one model family of one credential may do, over all processes. */
export interface Limits {
  windows: RateWindow[];
  /** Requests under way at once. */
  concurrent: number;
}

/** Whose limits: those of a provider's account, and within it of the models that share them. */
export interface LimitScope {
  credential: string;
  family: string;
  limits: Limits;
}

/** What one request takes of the windows: the most it can need when it is granted, what it needed when it is over. */
export interface Amounts {
  tokens: number;
  microUsd: number;
}

/** One request that wants to leave. Asking twice with one operation is charged once. */
export interface PermitRequest extends Amounts {
  operation: string;
}

export type Permit =
  | { granted: true }
  /** `limit` names what binds; ask again after `waitMs`. */
  | { granted: false; waitMs: number; limit: string };

/** The answer to a set of requests: the first `granted` of them may leave, the next one binds. */
export interface SetAnswer {
  granted: number;
  refused?: Permit & { granted: false };
}

export const CONCURRENCY = 'concurrent requests';
export const RETRY_AFTER = 'retry-after';

export function amountOf(window: RateWindow, { tokens, microUsd }: Amounts): number {
  const unit = window.of ?? 'requests';
  return unit === 'requests' ? 1 : unit === 'tokens' ? tokens : microUsd;
}

/** The window that can never hold this request, however long it waits. */
export function windowTooSmallFor(limits: Limits, amounts: Amounts): RateWindow | undefined {
  return limits.windows.find((window) => amountOf(window, amounts) > window.limit);
}
