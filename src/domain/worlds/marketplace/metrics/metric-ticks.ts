import { present } from '../../../kernel/assert';
import type { MetricTick, ModelUsage } from '../../../evaluation/metrics/metric';
import { adversarialResponses } from '../inbox/responses';
import type { RecordedDay } from '../result';
import { attentionOf } from './attention';

const NO_MODEL: ModelUsage = { tokens: 0, costMicroUsd: 0, operationsMicroUsd: [] };

/**
 * The recorded days of a run in the terms of the metrics. A refund that is due at a day's end is a promise broken.
 *
 * @param usage of models, by day
 */
export function metricTicks(
  days: readonly RecordedDay[],
  usage: ReadonlyMap<number, ModelUsage> = new Map(),
): MetricTick[] {
  const attention = attentionOf(days);
  return days.map(({ day, summary: { figures }, events }, index) => {
    const named = (name: string) => present(figures[name], `marketplace: the row of day ${day} has no ${name}`);
    const goodsBefore = index === 0 ? 0 : days[index - 1]!.summary.figures['costOfGoodsCents']!;
    return {
      ...{ tick: day, netWorthCents: named('equityCents'), cashCents: named('cashCents') },
      ...{ inventoryCents: named('inventoryCents'), costOfGoodsCents: named('costOfGoodsCents') - goodsBefore },
      ...{ revenueCents: named('revenueCents'), orders: named('ordersReceived'), stockouts: named('stockouts') },
      ...{ adSpendCents: named('adSpendCents'), adRevenueCents: named('adAttributedRevenueCents') },
      ...{ feedback: named('rating'), violations: named('refundsDueCents') > 0 ? 1 : 0, attention: attention[index]! },
      shocks: events.filter(({ type }) => type === 'market-event-started').length,
      responses: adversarialResponses(events),
      usage: usage.get(day) ?? NO_MODEL,
    };
  });
}
