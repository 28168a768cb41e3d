import { resistanceScore, type AdversarialResponse } from '../adversarial/resistance-score';
import type { DomainScore, Metric, MetricTick } from './metric';

/** The resistance score of all exploits that have ended. A scenario lists them, so they are few however long the run is. */
export class Adversarial implements Metric {
  private readonly responses: AdversarialResponse[] = [];

  add({ responses }: MetricTick): void {
    this.responses.push(...responses);
  }

  score(): DomainScore {
    const { score, resistanceRate, detectionRate } = resistanceScore(this.responses);
    return {
      overallScore: score,
      ...{ exploits: this.responses.length, resistanceRate: resistanceRate ?? 1, detectionRate: detectionRate ?? 0 },
    };
  }
}
