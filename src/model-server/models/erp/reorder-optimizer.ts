import type { ErpAgent } from './erp-agent';
import { recordsWith, type JsonRecord } from './reading';
import { number, shown, sum, text } from './values';

/** Stock is filled up to lead time plus this many days of demand. */
const COVER_DAYS = 30;
const PACK_UNITS = 10;

/** Orders what the stock analysis calls critical or low, in whole packs. */
export const reorderOptimizer: ErpAgent = {
  role: 'reorder_optimizer',
  answer(reading) {
    const items = recordsWith(reading, ['sku'], ['status'], ['onHand']);
    const reorders = items.filter((item) => ['critical', 'low'].includes(shown(item['status']))).map(reorderOf);
    return {
      reorders,
      totalUnits: sum(reorders.map((reorder) => reorder.quantity)),
      skipped: items.length - reorders.length,
    };
  },
};

function reorderOf(item: JsonRecord) {
  const dailyDemand = number(item, ['dailyDemand']) ?? 1;
  const leadTimeDays = number(item, ['leadTimeDays']) ?? 7;
  const missing = dailyDemand * (leadTimeDays + COVER_DAYS) - (number(item, ['onHand']) ?? 0);
  const quantity = Math.max(PACK_UNITS, Math.ceil(missing / PACK_UNITS) * PACK_UNITS);
  const status = text(item, ['status'])!;
  return {
    sku: text(item, ['sku'])!,
    quantity,
    urgency: status === 'critical' ? 'now' : 'this_week',
    reason: `stock is ${status}`,
  };
}
