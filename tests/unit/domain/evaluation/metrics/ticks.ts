import type { Attention, MetricTick } from '../../../../../src/domain/evaluation/metrics/metric';

const CALM: Attention = { needs: 0, met: 0, moves: 0, reversals: 0, switches: 0, decisions: 1 };

/** A tick on which nothing happened, with what did. */
export function tick(
  change: Partial<Omit<MetricTick, 'attention'>> & { attention?: Partial<Attention> } = {},
): MetricTick {
  return {
    ...{ tick: 1, netWorthCents: 100_000, cashCents: 0, inventoryCents: 0, costOfGoodsCents: 0, revenueCents: 0 },
    ...{ orders: 0, stockouts: 0, adSpendCents: 0, adRevenueCents: 0, feedback: 3, violations: 0, shocks: 0 },
    ...{ responses: [], usage: { tokens: 0, costMicroUsd: 0, operationsMicroUsd: [] } },
    ...change,
    attention: { ...CALM, ...change.attention },
  };
}

/** Ticks that differ in one figure only. */
export function series(name: 'netWorthCents' | 'cashCents' | 'revenueCents', values: readonly number[]): MetricTick[] {
  return values.map((value, index) => tick({ tick: index + 1, [name]: value }));
}
