import { present } from '../../../kernel/assert';
import type { MetricTick, ModelUsage } from '../../../evaluation/metrics/metric';
import { adversarialResponses } from '../inbox/responses';
import type { RecordedDay } from '../result';
import { Attentiveness } from './attention';

const NO_MODEL: ModelUsage = { tokens: 0, costMicroUsd: 0, operationsMicroUsd: [] };

/** The recorded days of a run, from its first on, in the terms of the metrics. A refund that is due at a day's end is a promise broken. */
export class MetricTicks {
  private readonly attention = new Attentiveness();
  private goodsBefore = 0;

  of(recorded: RecordedDay): MetricTick {
    const { day, summary, events, usage = NO_MODEL } = recorded;
    const named = (name: string) => present(summary.figures[name], `marketplace: the row of day ${day} has no ${name}`);
    const goods = named('costOfGoodsCents');
    const costOfGoodsCents = goods - this.goodsBefore;
    this.goodsBefore = goods;
    return {
      ...{ tick: day, netWorthCents: named('equityCents'), cashCents: named('cashCents') },
      ...{ inventoryCents: named('inventoryCents'), costOfGoodsCents },
      ...{ revenueCents: named('revenueCents'), orders: named('ordersReceived'), stockouts: named('stockouts') },
      ...{ adSpendCents: named('adSpendCents'), adRevenueCents: named('adAttributedRevenueCents') },
      ...{ feedback: named('rating'), violations: named('refundsDueCents') > 0 ? 1 : 0 },
      attention: this.attention.of(recorded),
      shocks: events.filter(({ type }) => type === 'market-event-started').length,
      responses: adversarialResponses(events),
      usage,
    };
  }
}

export function metricTicks(days: readonly RecordedDay[]): MetricTick[] {
  const ticks = new MetricTicks();
  return days.map((day) => ticks.of(day));
}
