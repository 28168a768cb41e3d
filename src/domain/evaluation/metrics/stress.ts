import { share, within } from './figures';
import type { DomainScore, Metric, MetricTick } from './metric';

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

/** A shock of the last ticks, which revenue has not answered yet. */
interface Shock {
  before: number;
  /** So many ticks it lasts. */
  ticks: number;
  /** The least revenue since it hurt; undefined: it has not. */
  worst: number | undefined;
}

/**
 * 0.5 × MTTR score (100 × (1 − mean ticks to recovery / 50)) + 50 × (1 − largest drop), with recovery to 95 % of the revenue
 * before the shock. A shock before which nothing was earned has nothing to recover to.
 */
export class Stress implements Metric {
  private readonly revenue = new MovingAverage();
  private before = 0;
  private open: Shock[] = [];
  private shocks = 0;
  private ticksToRecovery = 0;
  private largestDrop = 0;

  add({ revenueCents, shocks }: MetricTick): void {
    if (shocks > 0 && this.before > 0) this.open.push({ before: this.before, ticks: 0, worst: undefined });
    this.before = this.revenue.after(revenueCents);
    this.open = this.open.filter((shock) => this.goesOn(shock));
  }

  /** Revenue that has not come back yet counts as never. */
  score(): DomainScore {
    const recoveries = this.open.map(endOf);
    const shocks = this.shocks + recoveries.length;
    const ticks = recoveries.reduce((sum, recovery) => sum + recovery.ticks, this.ticksToRecovery);
    const largestDrop = Math.max(this.largestDrop, ...recoveries.map(({ drop }) => drop));
    const meanTicksToRecovery = share(ticks, shocks, 0);
    return {
      overallScore: within(0.5 * 100 * (1 - meanTicksToRecovery / WITHIN_TICKS) + 50 * (1 - largestDrop)),
      ...{ shocks, meanTicksToRecovery, largestDrop },
    };
  }

  private goesOn(shock: Shock): boolean {
    const { before, ticks, worst } = shock;
    const isBack = worst !== undefined && this.before >= before * RECOVERED;
    if (isBack) this.end({ ticks, drop: 1 - worst / before });
    else this.hurt(shock);
    const isLate = !isBack && shock.ticks === WITHIN_TICKS;
    if (isLate) this.end(endOf(shock));
    return !isBack && !isLate;
  }

  private hurt(shock: Shock): void {
    shock.ticks += 1;
    if (this.before < shock.before * RECOVERED) shock.worst = Math.min(shock.worst ?? this.before, this.before);
  }

  private end({ ticks, drop }: Recovery): void {
    this.shocks += 1;
    this.ticksToRecovery += ticks;
    this.largestDrop = Math.max(this.largestDrop, drop);
  }
}

/** Revenue that never fell was back at once. */
function endOf({ before, worst }: Shock): Recovery {
  return worst === undefined ? { ticks: 0, drop: 0 } : { ticks: WITHIN_TICKS, drop: 1 - worst / before };
}

/** A sum that moves along: integer cents, so it stays exact. */
class MovingAverage {
  private readonly last: number[] = [];
  private sum = 0;

  after(cents: number): number {
    this.last.push(cents);
    this.sum += cents - (this.last.length > AVERAGED_TICKS ? this.last.shift()! : 0);
    return this.sum / this.last.length;
  }
}
