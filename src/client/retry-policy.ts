import type { RetryPolicy as RetryPolicyFields } from '../domain/agents/retry';

/** How waits grow, under the names of the orchestration engine. */
export const RetryStrategy = {
  EXPONENTIAL_BACKOFF: 'exponential_backoff',
  LINEAR_BACKOFF: 'linear_backoff',
  CONSTANT_DELAY: 'constant_delay',
  IMMEDIATE: 'immediate',
} as const satisfies Record<string, RetryPolicyFields['strategy']>;
export type RetryStrategy = RetryPolicyFields['strategy'];

export interface RetryPolicyOptions {
  maxRetries?: number;
  strategy?: RetryStrategy;
  /** Seconds. */
  baseDelay?: number;
  /** Seconds. */
  maxDelay?: number;
  exponentialBase?: number;
  jitter?: boolean;
}

/** How often and after which waits a failed agent is tried again. The installation does it; this says how. */
export class RetryPolicy {
  readonly maxRetries: number;
  readonly strategy: RetryStrategy;
  readonly baseDelay: number;
  readonly maxDelay: number;
  readonly exponentialBase: number;
  readonly jitter: boolean;

  constructor(options: RetryPolicyOptions = {}) {
    this.maxRetries = options.maxRetries ?? 3;
    this.strategy = options.strategy ?? RetryStrategy.EXPONENTIAL_BACKOFF;
    this.baseDelay = options.baseDelay ?? 1;
    this.maxDelay = options.maxDelay ?? 60;
    this.exponentialBase = options.exponentialBase ?? 2;
    this.jitter = options.jitter ?? true;
  }

  /** As the API takes it beside `maxRetries`. */
  toDict(): RetryPolicyFields {
    const { strategy, baseDelay, maxDelay, exponentialBase, jitter } = this;
    return { strategy, baseDelaySeconds: baseDelay, maxDelaySeconds: maxDelay, exponentialBase, jitter };
  }
}
