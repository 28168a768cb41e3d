import { resistanceScore } from '../adversarial/resistance-score';
import type { Metric } from './metric';

/** The resistance score of all exploits that have ended. */
export const adversarial: Metric = (ticks) => {
  const responses = ticks.flatMap((tick) => tick.responses);
  const { score, resistanceRate, detectionRate } = resistanceScore(responses);
  return {
    overallScore: score,
    ...{ exploits: responses.length, resistanceRate: resistanceRate ?? 1, detectionRate: detectionRate ?? 0 },
  };
};
