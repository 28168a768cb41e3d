import { present } from '../kernel/assert';
import { readCriterion, type Criterion, type MetricName } from './criteria';
import type { BonusPolicy } from './definition';
import { bonusOf } from './bonus';
import { ratio, RunReader, type DayFigures } from './run-reader';

export interface CriterionResult {
  name: string;
  target: number | boolean;
  value: number | boolean;
  passed: boolean;
}

export interface Verdict {
  /** All criteria hold. */
  passed: boolean;
  criteria: CriterionResult[];
  /** Of profit and the others that are asked for at least: value ÷ target, the mean; none without such a criterion. */
  achievement?: number;
  /** 1 for passing, and what the bonus policy adds. */
  composite: number;
}

export interface Judging {
  openingEquityCents: number;
  /** Whose figures count; all sellers together when left out. */
  seller?: string;
  bonus?: BonusPolicy | undefined;
}

/** Judges a run by its own rows, never by what an agent says of itself. It hears one day after the other, and keeps none. */
export class Judge {
  private readonly read: RunReader;

  constructor(
    private readonly criteria: Readonly<Record<string, number | boolean>>,
    private readonly judging: Judging,
  ) {
    this.read = new RunReader(judging.openingEquityCents, judging.seller);
  }

  add(day: DayFigures): void {
    this.read.add(day);
  }

  verdict(): Verdict {
    const { criteria, read, judging } = this;
    const wanted = Object.entries(criteria).map(([name, target]) =>
      present(readCriterion(name, target), `criterion "${name}" is about nothing that is measured`),
    );
    const results = wanted.map((criterion) => resultOf(criterion, read));
    const passed = results.every((result) => result.passed);
    const achievement = achievementOf(wanted, results);
    const { bonus } = judging;
    const added =
      passed && bonus !== undefined && achievement !== undefined
        ? bonusOf(bonus, achievement, MEASURES.drawdown(read))
        : 0;
    return {
      ...{ passed, criteria: results, composite: (passed ? 1 : 0) + added },
      ...(achievement === undefined ? {} : { achievement }),
    };
  }
}

function resultOf({ name, metric, direction, target }: Criterion, read: RunReader): CriterionResult {
  if (typeof target === 'boolean') {
    const held = read.hasSurvived;
    return { name, target, value: held, passed: held === target };
  }
  const value = MEASURES[metric as Measured](read);
  return { name, target, value, passed: direction === 'at-most' ? value <= target : value >= target };
}

function achievementOf(wanted: readonly Criterion[], results: readonly CriterionResult[]): number | undefined {
  const ratios = results.flatMap(({ value, target }, index) =>
    wanted[index]!.direction === 'at-least' && typeof target === 'number' && typeof value === 'number' && target > 0
      ? [value / target]
      : [],
  );
  return ratios.length === 0 ? undefined : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

type Measured = Exclude<MetricName, 'survival'>;

const MEASURES: Readonly<Record<Measured, (read: RunReader) => number>> = {
  profit: (read) => read.sum('profitCents') / 100,
  revenue: (read) => read.sum('revenueCents') / 100,
  equity: (read) => read.closingEquityCents / 100,
  roi: (read) => ratio(read.closingEquityCents - read.openingEquityCents, read.openingEquityCents, 0),
  csat: (read) => ratio(read.sum('rating'), read.days, 0),
  on_time: (read) => ratio(read.sum('ordersFulfilled'), read.sum('ordersFulfilled') + read.sum('stockouts'), 1),
  market_share: (read) => ratio(read.sum('revenueCents'), read.sumOfAll('revenueCents'), 0),
  orders: (read) => read.sum('ordersFulfilled'),
  stockouts: (read) => read.sum('stockouts'),
  refund_rate: (read) => ratio(read.sum('refundsCents'), read.sum('revenueCents'), 0),
  ad_spend: (read) => read.sum('adSpendCents') / 100,
  drawdown: (read) => read.deepestFall,
};
