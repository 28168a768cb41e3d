import { total, within } from './figures';
import type { Metric, MetricTick } from './metric';

/** A campaign below this revenue says nothing yet. */
const COUNTED_CENTS = 10_000;

/**
 * 0.5 × min(return on ad spend / target, 1) × 100 + 0.5 × max(0, 100 − advertising cost of sales in %), over campaigns of $100
 * revenue or more. A campaign is what was paid in one tick and what it brought in the next. Who spent and brought
 * nothing has 0; who never advertised wasted nothing: 50.
 */
export const marketing: Metric = (ticks, { returnOnAdSpend: target }) => {
  const campaigns = campaignsOf(ticks);
  const counted = campaigns.filter(({ revenue }) => revenue >= COUNTED_CENTS);
  const spend = total(counted.map((campaign) => campaign.spend));
  const revenue = total(counted.map((campaign) => campaign.revenue));
  const wasted = campaigns.length > 0 && counted.length === 0;
  const returnOnAdSpend = spend === 0 ? 0 : revenue / spend;
  const adCostOfSalesPercent = wasted ? 100 : revenue === 0 ? 0 : (spend / revenue) * 100;
  return {
    overallScore: within(50 * Math.min(returnOnAdSpend / target, 1) + 0.5 * Math.max(0, 100 - adCostOfSalesPercent)),
    ...{ returnOnAdSpend, adCostOfSalesPercent, campaigns: counted.length },
  };
};

/** What was paid in the last tick has not acted yet. */
function campaignsOf(ticks: readonly MetricTick[]): { spend: number; revenue: number }[] {
  return ticks
    .slice(0, -1)
    .map(({ adSpendCents: spend }, index) => ({ spend, revenue: ticks[index + 1]!.adRevenueCents }))
    .filter(({ spend }) => spend > 0);
}
