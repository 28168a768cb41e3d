import { present } from '../kernel/assert';
import { readCriterion, type Criterion, type MetricName } from './criteria';
import type { BonusPolicy } from './definition';
import { bonusOf } from './bonus';

/** The row of a day, as the world's summaries say it; money in cents. */
export type DayFigures = Readonly<Record<string, number>>;

/** What a run left behind: the rows of its days in order, and what was there on the first morning. */
export interface RunRecord {
  openingEquityCents: number;
  days: readonly DayFigures[];
}

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

/**
 * Judges a run by its own rows, never by what an agent says of itself.
 *
 * @param seller whose figures count; all sellers together when left out
 */
export function judgeRun(
  criteria: Readonly<Record<string, number | boolean>>,
  record: RunRecord,
  { seller, bonus }: { seller?: string; bonus?: BonusPolicy | undefined } = {},
): Verdict {
  const read = reader(record, seller);
  const wanted = Object.entries(criteria).map(([name, target]) =>
    present(readCriterion(name, target), `criterion "${name}" is about nothing that is measured`),
  );
  const results = wanted.map((criterion) => resultOf(criterion, read));
  const passed = results.every((result) => result.passed);
  const achievement = achievementOf(wanted, results);
  const added =
    passed && bonus !== undefined && achievement !== undefined
      ? bonusOf(bonus, achievement, MEASURES.drawdown(read))
      : 0;
  return {
    ...{ passed, criteria: results, composite: (passed ? 1 : 0) + added },
    ...(achievement === undefined ? {} : { achievement }),
  };
}

function resultOf({ name, metric, direction, target }: Criterion, read: Reader): CriterionResult {
  if (typeof target === 'boolean') {
    const held = survived(read);
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

/** Reads one figure of the seller in question. */
interface Reader {
  openingEquityCents: number;
  days: number;
  on(day: number, figure: string): number;
  sum(figure: string): number;
  /** The same of all sellers together. */
  sumOfAll(figure: string): number;
}

function reader({ days, openingEquityCents }: RunRecord, seller: string | undefined): Reader {
  const value = (day: number, name: string) =>
    present(days[day]?.[name], `the row of day ${day + 1} has no figure "${name}"`);
  const total = (name: string) => days.reduce((sum, _, day) => sum + value(day, name), 0);
  const own = (figure: string) => (seller === undefined ? figure : `${seller}.${figure}`);
  return {
    ...{ openingEquityCents, days: days.length },
    on: (day, figure) => value(day, own(figure)),
    sum: (figure) => total(own(figure)),
    sumOfAll: total,
  };
}

const MEASURES: Readonly<Record<Measured, (read: Reader) => number>> = {
  profit: (read) => read.sum('profitCents') / 100,
  revenue: (read) => read.sum('revenueCents') / 100,
  equity: (read) => closingEquity(read) / 100,
  roi: (read) => ratio(closingEquity(read) - read.openingEquityCents, read.openingEquityCents, 0),
  csat: (read) => ratio(read.sum('rating'), read.days, 0),
  on_time: (read) => ratio(read.sum('ordersFulfilled'), read.sum('ordersFulfilled') + read.sum('stockouts'), 1),
  market_share: (read) => ratio(read.sum('revenueCents'), read.sumOfAll('revenueCents'), 0),
  orders: (read) => read.sum('ordersFulfilled'),
  stockouts: (read) => read.sum('stockouts'),
  refund_rate: (read) => ratio(read.sum('refundsCents'), read.sum('revenueCents'), 0),
  ad_spend: (read) => read.sum('adSpendCents') / 100,
  drawdown: deepestFall,
};

const DAYS_WITHOUT_CASH_MAX = 6;

function survived(read: Reader): boolean {
  let without = 0;
  for (let day = 0; day < read.days; day += 1) {
    without = read.on(day, 'cashCents') > 0 ? 0 : without + 1;
    if (read.on(day, 'equityCents') <= 0 || without > DAYS_WITHOUT_CASH_MAX) return false;
  }
  return true;
}

function closingEquity(read: Reader): number {
  return read.days === 0 ? read.openingEquityCents : read.on(read.days - 1, 'equityCents');
}

/** From 0 to 1, or beyond where debts are larger than what was ever there. */
function deepestFall(read: Reader): number {
  let highest = read.openingEquityCents;
  let deepest = 0;
  for (let day = 0; day < read.days; day += 1) {
    const equity = read.on(day, 'equityCents');
    highest = Math.max(highest, equity);
    deepest = Math.max(deepest, ratio(highest - equity, highest, 0));
  }
  return deepest;
}

/** @param otherwise when there is nothing to divide by */
function ratio(part: number, whole: number, otherwise: number): number {
  return whole > 0 ? part / whole : otherwise;
}
