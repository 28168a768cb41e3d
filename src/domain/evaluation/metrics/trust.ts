import { mean, total, within } from './figures';
import type { Metric } from './metric';

/** 100 − 5 per violation + ((average feedback − 3) / 2) × 20. */
export const trust: Metric = (ticks) => {
  const violations = total(ticks.map((tick) => tick.violations));
  const averageFeedback = mean(ticks.map(({ feedback }) => feedback));
  return {
    overallScore: within(100 - 5 * violations + ((averageFeedback - 3) / 2) * 20),
    ...{ violations, averageFeedback },
  };
};
