import type { WarGameResult } from '../../domain/worlds/marketplace/trials/war-game';
import { table } from './run-table';

const EVERY_DAYS = 30;

/** The first day, each thirtieth and the last; then what came of it. */
export function warGameText({ ticks, ...result }: WarGameResult): string {
  const shown = ticks.filter(({ tick }) => tick === 1 || tick % EVERY_DAYS === 0 || tick === ticks.length);
  const rows = shown.map(({ tick, revenueCents, profitCents, inventoryCents, marketShare }) => [
    ...[tick, dollars(revenueCents), dollars(profitCents), dollars(inventoryCents)],
    `${(marketShare * 100).toFixed(0)} %`,
  ]);
  const { finalProfitCents, resilienceScore, eventsSurvived, totalEvents } = result;
  const domains = Object.entries(result.metrics.breakdown).map(
    ([name, { overallScore }]) => `${name} ${overallScore.toFixed(0)}`,
  );
  return [
    table(['day', 'revenue', 'cash flow', 'stock at cost', 'served'], rows),
    '',
    `${dollars(finalProfitCents)} profit, resilience ${resilienceScore.toFixed(1)} of 100, ${eventsSurvived} of ${totalEvents} events survived`,
    `Score ${result.metrics.score.toFixed(1)}: ${domains.join(', ')}`,
  ].join('\n');
}

function dollars(cents: number): string {
  return `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`;
}
