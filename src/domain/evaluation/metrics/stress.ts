import { mean, within } from './figures';
import type { Metric } from './metric';

/** A shock is over when revenue is back at this share of what it was before. */
const RECOVERED = 0.95;
const WITHIN_TICKS = 50;
/** Revenue is averaged over a week: single days differ more than a shock would make them. */
const AVERAGED_TICKS = 7;

interface Recovery {
  ticks: number;
  /** At the worst, as a share of the revenue before. */
  drop: number;
}

/**
 * 0.5 × MTTR score (100 × (1 − mean ticks to recovery / 50)) + 50 × (1 − largest drop), with recovery to 95 % of the revenue
 * before the shock. A shock before which nothing was earned has nothing to recover to.
 */
export const stress: Metric = (ticks) => {
  const revenue = averaged(ticks.map(({ revenueCents }) => revenueCents));
  const recoveries = ticks.flatMap(({ shocks }, index) =>
    shocks > 0 && index > 0 && revenue[index - 1]! > 0 ? [recoveryFrom(revenue, index)] : [],
  );
  const meanTicksToRecovery = mean(recoveries.map((recovery) => recovery.ticks));
  const largestDrop = Math.max(0, ...recoveries.map(({ drop }) => drop));
  return {
    overallScore: within(0.5 * 100 * (1 - meanTicksToRecovery / WITHIN_TICKS) + 50 * (1 - largestDrop)),
    ...{ shocks: recoveries.length, meanTicksToRecovery, largestDrop },
  };
};

/** A sum that moves along: integer cents, so it stays exact. */
function averaged(revenue: readonly number[]): number[] {
  let sum = 0;
  return revenue.map((cents, index) => {
    sum += cents - (index >= AVERAGED_TICKS ? revenue[index - AVERAGED_TICKS]! : 0);
    return sum / Math.min(index + 1, AVERAGED_TICKS);
  });
}

/** Revenue that never fell was back at once; revenue that has not come back yet counts as never. */
function recoveryFrom(revenue: readonly number[], began: number): Recovery {
  const before = revenue[began - 1]!;
  const after = revenue.slice(began, began + WITHIN_TICKS);
  const hurt = after.findIndex((cents) => cents < before * RECOVERED);
  if (hurt === -1) return { ticks: 0, drop: 0 };
  const back = after.findIndex((cents, index) => index > hurt && cents >= before * RECOVERED);
  const worst = Math.min(...(back === -1 ? after : after.slice(0, back)));
  return { ticks: back === -1 ? WITHIN_TICKS : back, drop: 1 - worst / before };
}
