export const RETRY_STRATEGIES = ['exponential_backoff', 'linear_backoff', 'constant_delay', 'immediate'] as const;
export type RetryStrategy = (typeof RETRY_STRATEGIES)[number];

export interface RetryPolicy {
  strategy: RetryStrategy;
  baseDelaySeconds: number;
  maxDelaySeconds: number;
  exponentialBase: number;
  jitter: boolean;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  strategy: 'exponential_backoff',
  baseDelaySeconds: 1,
  maxDelaySeconds: 60,
  exponentialBase: 2,
  jitter: true,
};

/**
 * Milliseconds to wait after the `failures`-th failure (1, 2, 3 …): 1, 2, 4 s before jitter at the defaults.
 * The original waited 2 s first, because it raised its counter before it asked.
 *
 * @param chance a draw from [0, 1), used only with jitter (×U(0.5, 1)); the caller owns chance.
 * @param retryAfterMs what the provider asked for; it wins when it is longer.
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, chance: number, retryAfterMs = 0): number {
  const plain = Math.min(policy.maxDelaySeconds, baseDelay(policy, failures)) * 1000;
  const jittered = policy.jitter ? plain * (0.5 + chance / 2) : plain;
  return Math.max(Math.round(jittered), retryAfterMs);
}

function baseDelay({ strategy, baseDelaySeconds, exponentialBase }: RetryPolicy, failures: number): number {
  switch (strategy) {
    case 'exponential_backoff':
      return baseDelaySeconds * exponentialBase ** (failures - 1);
    case 'linear_backoff':
      return baseDelaySeconds * failures;
    case 'constant_delay':
      return baseDelaySeconds;
    case 'immediate':
      return 0;
  }
}
