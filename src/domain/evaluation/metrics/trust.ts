import { Spread, within } from './figures';
import type { DomainScore, Metric, MetricTick } from './metric';

/** 100 − 5 per violation + ((average feedback − 3) / 2) × 20. */
export class Trust implements Metric {
  private violations = 0;
  private readonly feedback = new Spread();

  add({ violations, feedback }: MetricTick): void {
    this.violations += violations;
    this.feedback.add(feedback);
  }

  score(): DomainScore {
    const averageFeedback = this.feedback.mean;
    const { violations } = this;
    return {
      overallScore: within(100 - 5 * violations + ((averageFeedback - 3) / 2) * 20),
      ...{ violations, averageFeedback },
    };
  }
}
