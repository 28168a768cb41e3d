import { Spread, within } from './figures';
import type { DomainScore, Metric, MetricTargets, MetricTick } from './metric';

/** At this ratio of excess return to deviation, a year, marks are full; at its negative there are none. */
const SHARPE_FULL = 3;
const CENTS = 100;
const STABLE_DOLLARS = 1_000;

/**
 * 0.3 resilient net worth (50 when it stands where it began, 100 when it doubled) + 0.2 Sharpe ratio + 0.3 (100 − largest
 * drawdown in %) + 0.2 cash stability 100 / (1 + σ / 1000), σ of the cash in dollars.
 */
export class Finance implements Metric {
  private first: number | undefined;
  private last = 0;
  private peak = 0;
  private maxDrawdown = 0;
  private readonly returns = new Spread();
  private readonly cash = new Spread();

  constructor(private readonly targets: MetricTargets) {}

  add({ netWorthCents: worth, cashCents }: MetricTick): void {
    if (this.first === undefined) this.first = worth;
    else this.returns.add(this.last <= 0 ? 0 : worth / this.last - 1);
    this.last = worth;
    this.peak = Math.max(this.peak, worth);
    if (this.peak > 0) this.maxDrawdown = Math.max(this.maxDrawdown, (this.peak - worth) / this.peak);
    this.cash.add(cashCents / CENTS);
  }

  score(): DomainScore {
    const { first = 0, last, maxDrawdown } = this;
    const resilientNetWorth = within(first <= 0 ? 0 : (50 * last) / first);
    const sharpe = this.sharpeRatio();
    const sharpeScore = within(50 + (50 * sharpe) / SHARPE_FULL);
    const cashStability = 100 / (1 + this.cash.deviation / STABLE_DOLLARS);
    return {
      overallScore: within(
        0.3 * resilientNetWorth + 0.2 * sharpeScore + 0.3 * within(100 * (1 - maxDrawdown)) + 0.2 * cashStability,
      ),
      ...{ resilientNetWorth, sharpe, sharpeScore, maxDrawdown, cashStability },
    };
  }

  /** Without any deviation the ratio has no bound; then its sign alone counts. */
  private sharpeRatio(): number {
    const { riskFreeRate, ticksPerYear } = this.targets;
    const { count, mean, deviation } = this.returns;
    if (count === 0) return 0;
    const excess = mean - riskFreeRate / ticksPerYear;
    return deviation === 0 ? Math.sign(excess) * SHARPE_FULL : (excess / deviation) * Math.sqrt(ticksPerYear);
  }
}
