import {
  resistanceScore,
  type AdversarialResponse,
  type ResistanceScore,
} from '../../../evaluation/adversarial/resistance-score';
import { Measurement, type MetricSnapshot } from '../../../evaluation/metrics';
import { adversarialResponses } from '../inbox/responses';
import { clamp } from '../money/cents';
import type { MarketTotals, RecordedDay } from '../result';
import { MetricTicks } from './metric-ticks';
import { Survival } from './survival';

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
  /** Of all sellers together. */
  metrics: MetricSnapshot;
  /** Of every seller who got such mail. */
  resistance: Resistance[];
  resilience: Resilience;
}

/** Hears one day after the other, from the first on. */
export class MarketMeasures {
  private readonly ticks = new MetricTicks();
  private readonly measurement = new Measurement();
  private readonly survival: Survival;
  private readonly exploits = new Map<string, AdversarialResponse[]>();

  constructor(sellers: readonly string[], openingEquityCents: number) {
    this.survival = new Survival(openingEquityCents);
    for (const agentId of sellers) this.exploits.set(agentId, []);
  }

  add(day: RecordedDay): void {
    this.measurement.add(this.ticks.of(day));
    this.survival.add(day);
    for (const [agentId, exploits] of this.exploits) exploits.push(...adversarialResponses(day.events, agentId));
  }

  /** Of at least one day. */
  measured(totals: MarketTotals): MarketMeasured {
    const faced = [...this.exploits].filter(([, exploits]) => exploits.length > 0);
    return {
      metrics: this.measurement.snapshot(),
      resistance: faced.map(([agentId, exploits]) => ({ agentId, ...resistanceScore(exploits), exploits })),
      resilience: { score: resilience(totals), ...this.survival.counted },
    };
  }
}

/** Of a run that began with nothing: by what it is worth alone. */
export function resilience({ equityCents, openingEquityCents }: MarketTotals): number {
  if (openingEquityCents === 0) return equityCents > 0 ? 100 : 50;
  return clamp(50 + (equityCents / openingEquityCents - 1) * 50, 0, 100);
}
