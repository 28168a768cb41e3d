import { measure, type MetricSnapshot } from '../../../evaluation/metrics';
import type { MarketMind } from '../bots';
import { resilience } from '../metrics/measured';
import { metricTicks } from '../metrics/metric-ticks';
import { survival } from '../metrics/survival';
import type { DayRow } from '../result';
import { STANDARD_MARKET } from '../scenario';
import type { MarketScenario } from '../state';
import { playMarket, type PlayedMarket } from './play-market';
import { drawEvents, type Tier, type WarGameEvent } from './war-game-events';

export interface WarGameConfig {
  tier: Tier;
  days: number;
  seed: number;
  events: readonly WarGameEvent[];
}

export interface WarGameTick {
  tick: number;
  profitCents: number;
  /** At cost. */
  inventoryCents: number;
  revenueCents: number;
  /** Of the customers who came, the share that was served; the others bought elsewhere. */
  marketShare: number;
}

export interface WarGameResult {
  ticks: WarGameTick[];
  /** Growth of equity, with stock at cost. */
  finalProfitCents: number;
  /** 50: as rich as at the beginning; 100: twice as rich, or richer. */
  resilienceScore: number;
  eventsSurvived: number;
  totalEvents: number;
  isProfitable: boolean;
  agentDecisions: number;
  metrics: MetricSnapshot;
}

const PRODUCT = {
  ...{ sku: 'WG01', name: 'USB Hub', category: 'connectivity' as const },
  ...{ costCents: 1_200, priceCents: 2_999, stock: 500, baseDemand: 5 },
};

/** One shop with $25,000 and 500 units of one product, against events that were chosen. */
export function playWarGame(mind: MarketMind, config: WarGameConfig): PlayedMarket {
  return playMarket(warGameScenario(config), config.seed, mind);
}

export function warGameResult({ days, result }: PlayedMarket): WarGameResult {
  const { equityCents, openingEquityCents } = result.results;
  const finalProfitCents = equityCents - openingEquityCents;
  return {
    ticks: result.dailyPerformance.map(tickOf),
    ...{ finalProfitCents, isProfitable: finalProfitCents > 0, agentDecisions: result.decisions.length },
    resilienceScore: resilience(result.results),
    ...survival(days, openingEquityCents),
    metrics: measure(metricTicks(days)),
  };
}

/** Its seller may be recast. */
export function warGameScenario({ tier, days, seed, events }: WarGameConfig): MarketScenario {
  return {
    ...STANDARD_MARKET,
    ...{ days, startCashCents: 2_500_000, catalogue: [PRODUCT], eventProbability: 0 },
    scheduledEvents: drawEvents(seed, days, tier, events, PRODUCT.sku),
  };
}

function tickOf(row: DayRow): WarGameTick {
  const { day, profitCents, inventoryCents, revenueCents, ordersReceived, ordersFulfilled } = row;
  const marketShare = ordersReceived === 0 ? 0 : ordersFulfilled / ordersReceived;
  return { tick: day, profitCents, inventoryCents, revenueCents, marketShare };
}
