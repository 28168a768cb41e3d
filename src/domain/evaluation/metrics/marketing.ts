import { within } from './figures';
import type { DomainScore, Metric, MetricTargets, MetricTick } from './metric';

/** A campaign below this revenue says nothing yet. */
const COUNTED_CENTS = 10_000;

/**
 * 0.5 × min(return on ad spend / target, 1) × 100 + 0.5 × max(0, 100 − advertising cost of sales in %), over campaigns of $100
 * revenue or more. A campaign is what was paid in one tick and what it brought in the next. Who spent and brought
 * nothing has 0; who never advertised wasted nothing: 50.
 */
export class Marketing implements Metric {
  /** What was paid in the last tick has not acted yet. */
  private paid = 0;
  private hasAdvertised = false;
  private campaigns = 0;
  private spend = 0;
  private revenue = 0;

  constructor(private readonly targets: MetricTargets) {}

  add({ adSpendCents, adRevenueCents }: MetricTick): void {
    if (this.paid > 0) this.campaign(this.paid, adRevenueCents);
    this.paid = adSpendCents;
  }

  score(): DomainScore {
    const { hasAdvertised, campaigns, spend, revenue } = this;
    const wasted = hasAdvertised && campaigns === 0;
    const returnOnAdSpend = spend === 0 ? 0 : revenue / spend;
    const adCostOfSalesPercent = wasted ? 100 : revenue === 0 ? 0 : (spend / revenue) * 100;
    const earned = 50 * Math.min(returnOnAdSpend / this.targets.returnOnAdSpend, 1);
    return {
      overallScore: within(earned + 0.5 * Math.max(0, 100 - adCostOfSalesPercent)),
      ...{ returnOnAdSpend, adCostOfSalesPercent, campaigns },
    };
  }

  private campaign(spend: number, revenue: number): void {
    this.hasAdvertised = true;
    if (revenue < COUNTED_CENTS) return;
    this.campaigns += 1;
    this.spend += spend;
    this.revenue += revenue;
  }
}
