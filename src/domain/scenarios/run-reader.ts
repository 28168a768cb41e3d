import { assert } from '../kernel/assert';

/** The row of a day, as the world's summaries say it; money in cents. */
export type DayFigures = Readonly<Record<string, number>>;

const SUMMED = [
  'profitCents',
  'revenueCents',
  'rating',
  'ordersFulfilled',
  'stockouts',
  'refundsCents',
  'adSpendCents',
];
const STANDING = ['equityCents', 'cashCents'];
const DAYS_WITHOUT_CASH_MAX = 6;

/** What verdicts need of the rows of a run, of one seller or of all: sums, and how equity and cash went. */
export class RunReader {
  days = 0;
  private readonly sums = new Map<string, { sum: number; days: number }>();
  private equityCents: number;
  private highest: number;
  private deepest = 0;
  private withoutCash = 0;
  private survived = true;

  constructor(
    readonly openingEquityCents: number,
    private readonly seller: string | undefined,
  ) {
    this.equityCents = openingEquityCents;
    this.highest = openingEquityCents;
    for (const figure of ['revenueCents', ...[...SUMMED, ...STANDING].map((name) => this.own(name))])
      this.sums.set(figure, { sum: 0, days: 0 });
  }

  add(day: DayFigures): void {
    this.days += 1;
    for (const [figure, summed] of this.sums) {
      const value = day[figure];
      if (value === undefined) continue;
      summed.sum += value;
      summed.days += 1;
    }
    this.stand(day[this.own('equityCents')] ?? 0, day[this.own('cashCents')] ?? 0);
  }

  sum(figure: string): number {
    return this.sumOfAll(this.own(figure));
  }

  /** The same of all sellers together. */
  sumOfAll(figure: string): number {
    this.expectIn(figure);
    return this.sums.get(figure)!.sum;
  }

  get closingEquityCents(): number {
    this.expectIn(this.own('equityCents'));
    return this.equityCents;
  }

  /** From 0 to 1, or beyond where debts are larger than what was ever there. */
  get deepestFall(): number {
    this.expectIn(this.own('equityCents'));
    return this.deepest;
  }

  get hasSurvived(): boolean {
    for (const figure of STANDING) this.expectIn(this.own(figure));
    return this.survived;
  }

  private stand(equityCents: number, cashCents: number): void {
    this.equityCents = equityCents;
    this.highest = Math.max(this.highest, equityCents);
    this.deepest = Math.max(this.deepest, ratio(this.highest - equityCents, this.highest, 0));
    this.withoutCash = cashCents > 0 ? 0 : this.withoutCash + 1;
    if (equityCents <= 0 || this.withoutCash > DAYS_WITHOUT_CASH_MAX) this.survived = false;
  }

  /** Asked only for what a criterion is about. */
  private expectIn(figure: string): void {
    const { days = 0 } = this.sums.get(figure) ?? {};
    assert(days === this.days, `${this.days - days} of ${this.days} days have no figure "${figure}"`);
  }

  private own(figure: string): string {
    return this.seller === undefined ? figure : `${this.seller}.${figure}`;
  }
}

/** @param otherwise when there is nothing to divide by */
export function ratio(part: number, whole: number, otherwise: number): number {
  return whole > 0 ? part / whole : otherwise;
}
