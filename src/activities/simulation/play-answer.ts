import type { SimulationFastActivities } from '../../contracts/simulation';
import { orMiss } from '../llm/or-miss';
import { createDecide, type DecideDeps } from './decide';
import { createReviewMemory } from './review-memory';

/** A decision like any other, behind whose gateway is a cassette and nobody else. */
export function createPlayDecision(deps: DecideDeps): SimulationFastActivities['playDecision'] {
  const decide = createDecide(deps);
  return (input) => orMiss(() => decide(input));
}

/** So is a review. */
export function createPlayReview(deps: DecideDeps): SimulationFastActivities['playReview'] {
  const reviewMemory = createReviewMemory(deps);
  return (input) => orMiss(() => reviewMemory(input));
}
