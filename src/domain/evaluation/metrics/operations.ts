import { share, Spread, within } from './figures';
import type { DomainScore, Metric, MetricTick } from './metric';

/** min(50, 5 × inventory turnover) + max(0, 50 − stockouts in % of the orders). */
export class Operations implements Metric {
  private readonly stock = new Spread();
  private sold = 0;
  private orders = 0;
  private missed = 0;

  add({ inventoryCents, costOfGoodsCents, orders, stockouts }: MetricTick): void {
    this.stock.add(inventoryCents);
    this.sold += costOfGoodsCents;
    this.orders += orders;
    this.missed += stockouts;
  }

  score(): DomainScore {
    const inventoryTurnover = share(this.sold, this.stock.mean, 0);
    const stockoutPercent = 100 * share(this.missed, this.orders, 0);
    return {
      overallScore: within(Math.min(50, 5 * inventoryTurnover) + Math.max(0, 50 - stockoutPercent)),
      ...{ inventoryTurnover, stockoutPercent },
    };
  }
}
