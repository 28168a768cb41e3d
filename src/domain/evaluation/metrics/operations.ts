import { mean, total, within } from './figures';
import type { Metric } from './metric';

/** min(50, 5 × inventory turnover) + max(0, 50 − stockouts in % of the orders). */
export const operations: Metric = (ticks) => {
  const stock = mean(ticks.map(({ inventoryCents }) => inventoryCents));
  const sold = total(ticks.map(({ costOfGoodsCents }) => costOfGoodsCents));
  const orders = total(ticks.map((tick) => tick.orders));
  const missed = total(ticks.map(({ stockouts }) => stockouts));
  const inventoryTurnover = stock === 0 ? 0 : sold / stock;
  const stockoutPercent = orders === 0 ? 0 : (missed / orders) * 100;
  return {
    overallScore: within(Math.min(50, 5 * inventoryTurnover) + Math.max(0, 50 - stockoutPercent)),
    ...{ inventoryTurnover, stockoutPercent },
  };
};
