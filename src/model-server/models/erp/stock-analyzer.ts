import type { ErpAgent } from './erp-agent';
import { recordsWith, type JsonRecord, type Reading } from './reading';
import { number, text } from './values';

const ON_HAND = ['onHand', 'quantity', 'stock', 'inStock', 'qty', 'currentStock'];
const DAILY = ['dailyDemand', 'dailySales', 'demandPerDay', 'avgDailyDemand', 'avgDailySales'];
const LEAD = ['leadTimeDays', 'leadTime', 'leadDays'];
const LEAD_DAYS = 7;
const OVERSTOCK_DAYS = 120;

/** Judges each SKU by the days its stock lasts against the days a delivery takes. Without stock it makes up four. */
export const stockAnalyzer: ErpAgent = {
  role: 'stock_analyzer',
  answer(reading) {
    const found = recordsWith(reading, ['sku', 'productId', 'item'], ON_HAND);
    const items = (found.length > 0 ? found : madeUp(reading)).map(analyse);
    const named = (status: string) => items.filter((item) => item.status === status).map((item) => item.sku);
    return { items, criticalSkus: named('critical'), lowSkus: named('low'), overstockSkus: named('overstock') };
  },
};

function analyse(record: JsonRecord) {
  const onHand = number(record, ON_HAND) ?? 0;
  const dailyDemand = Math.max(0, number(record, DAILY) ?? 1);
  const leadTimeDays = number(record, LEAD) ?? LEAD_DAYS;
  const daysOfCover = dailyDemand === 0 ? OVERSTOCK_DAYS + 1 : Math.round((onHand / dailyDemand) * 10) / 10;
  const sku = text(record, ['sku', 'productId', 'item'])!;
  return { sku, onHand, dailyDemand, leadTimeDays, daysOfCover, status: statusOf(daysOfCover, leadTimeDays) };
}

function statusOf(daysOfCover: number, leadTimeDays: number): string {
  if (daysOfCover < leadTimeDays) return 'critical';
  if (daysOfCover < leadTimeDays * 2) return 'low';
  return daysOfCover > OVERSTOCK_DAYS ? 'overstock' : 'ok';
}

function madeUp({ random }: Reading): JsonRecord[] {
  return [1, 2, 3, 4].map((index) => ({
    sku: `SKU-${100 + index}`,
    onHand: random.integer(5, 200),
    dailyDemand: random.integer(1, 20),
  }));
}
