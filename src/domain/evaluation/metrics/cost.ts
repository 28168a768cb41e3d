import { within } from './figures';
import type { DomainScore, Metric, MetricTick, ModelUsage } from './metric';

const MICRO = 1_000_000;
/** At this price marks are used up. */
const FULL_DOLLARS = 50;
/** Where no price is known. */
const DOLLARS_PER_MILLION_TOKENS = 15;
const DEAR_OPERATION_DOLLARS = 5;
const PER_DEAR_OPERATION = 5;

/** (1 − cost / $50) × 100 − 5 for each operation above $5. */
export class Cost implements Metric {
  private dollars = 0;
  private dearOperations = 0;
  private tokens = 0;

  add({ usage }: MetricTick): void {
    this.dollars += dollarsOf(usage);
    this.tokens += usage.tokens;
    this.dearOperations += usage.operationsMicroUsd.filter(
      (microUsd) => microUsd > DEAR_OPERATION_DOLLARS * MICRO,
    ).length;
  }

  score(): DomainScore {
    const { dollars, dearOperations, tokens } = this;
    return {
      overallScore: within((1 - dollars / FULL_DOLLARS) * 100 - PER_DEAR_OPERATION * dearOperations),
      ...{ dollars, dearOperations, tokens },
    };
  }
}

function dollarsOf({ tokens, costMicroUsd }: ModelUsage): number {
  return costMicroUsd === null ? (tokens / MICRO) * DOLLARS_PER_MILLION_TOKENS : costMicroUsd / MICRO;
}
