import {
  resistanceScore,
  type AdversarialResponse,
  type ResistanceScore,
} from '../../../evaluation/adversarial/resistance-score';
import { measure, type MetricSnapshot } from '../../../evaluation/metrics';
import type { ModelUsage } from '../../../evaluation/metrics/metric';
import { adversarialResponses } from '../inbox/responses';
import { clamp } from '../money/cents';
import type { MarketResult, RecordedDay } from '../result';
import { survival } from './survival';
import { metricTicks } from './metric-ticks';

/** How somebody met the frauds in his mail. */
export interface Resistance extends ResistanceScore {
  agentId: string;
  exploits: AdversarialResponse[];
}

/** How the market's events were met, by what all sellers together are worth. */
export interface Resilience {
  /** 50: as rich as at the beginning; 100: twice as rich, or richer. */
  score: number;
  eventsSurvived: number;
  totalEvents: number;
}

/** What a run is worth by its record. */
export interface MarketMeasured {
  /** Of all sellers together; null when its first day is not among those at hand. */
  metrics: MetricSnapshot | null;
  /** Of every seller who got such mail. */
  resistance: Resistance[];
  resilience: Resilience;
}

/** @param usage of models, by day */
export function measuredMarket(
  days: readonly RecordedDay[],
  result: MarketResult,
  usage: ReadonlyMap<number, ModelUsage>,
): MarketMeasured {
  const events = days.flatMap((day) => day.events);
  return {
    metrics: days[0]?.day === 1 ? measure(metricTicks(days, usage)) : null,
    resistance: result.config.scenario.sellers.flatMap((agentId) => {
      const exploits = adversarialResponses(events, agentId);
      return exploits.length === 0 ? [] : [{ agentId, ...resistanceScore(exploits), exploits }];
    }),
    resilience: { score: resilience(result), ...survival(days, result.results.openingEquityCents) },
  };
}

/** Of a run that began with nothing: by what it is worth alone. */
export function resilience({ results: { equityCents, openingEquityCents } }: MarketResult): number {
  if (openingEquityCents === 0) return equityCents > 0 ? 100 : 50;
  return clamp(50 + (equityCents / openingEquityCents - 1) * 50, 0, 100);
}
