import { deviation, mean, within } from './figures';
import type { Metric, MetricTargets } from './metric';

/** At this ratio of excess return to deviation, a year, marks are full; at its negative there are none. */
const SHARPE_FULL = 3;
const CENTS = 100;
const STABLE_DOLLARS = 1_000;

/**
 * 0.3 resilient net worth (50 when it stands where it began, 100 when it doubled) + 0.2 Sharpe ratio + 0.3 (100 − largest
 * drawdown in %) + 0.2 cash stability 100 / (1 + σ / 1000), σ of the cash in dollars.
 */
export const finance: Metric = (ticks, targets) => {
  const worth = ticks.map(({ netWorthCents }) => netWorthCents);
  const resilientNetWorth = within(worth[0]! <= 0 ? 0 : (50 * worth.at(-1)!) / worth[0]!);
  const sharpe = sharpeRatio(worth, targets);
  const sharpeScore = within(50 + (50 * sharpe) / SHARPE_FULL);
  const maxDrawdown = largestDrawdown(worth);
  const cashDeviation = deviation(ticks.map(({ cashCents }) => cashCents / CENTS));
  const cashStability = 100 / (1 + cashDeviation / STABLE_DOLLARS);
  return {
    overallScore: within(
      0.3 * resilientNetWorth + 0.2 * sharpeScore + 0.3 * within(100 * (1 - maxDrawdown)) + 0.2 * cashStability,
    ),
    ...{ resilientNetWorth, sharpe, sharpeScore, maxDrawdown, cashStability },
  };
};

/** Without any deviation the ratio has no bound; then its sign alone counts. */
function sharpeRatio(worth: readonly number[], { riskFreeRate, ticksPerYear }: MetricTargets): number {
  const returns = worth.slice(1).map((cents, index) => (worth[index]! <= 0 ? 0 : cents / worth[index]! - 1));
  if (returns.length === 0) return 0;
  const excess = mean(returns) - riskFreeRate / ticksPerYear;
  const spread = deviation(returns);
  return spread === 0 ? Math.sign(excess) * SHARPE_FULL : (excess / spread) * Math.sqrt(ticksPerYear);
}

/** Of the highest worth so far, the share that was lost at the worst. */
function largestDrawdown(worth: readonly number[]): number {
  let peak = 0;
  let worst = 0;
  for (const cents of worth) {
    peak = Math.max(peak, cents);
    if (peak > 0) worst = Math.max(worst, (peak - cents) / peak);
  }
  return worst;
}
