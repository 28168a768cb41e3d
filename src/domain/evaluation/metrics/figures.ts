/** The few figures that several metrics are made of. */
export function within(score: number): number {
  return Math.min(100, Math.max(0, score));
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** @param ofNothing when there is nothing to have a part of */
export function share(part: number, whole: number, ofNothing: number): number {
  return whole === 0 ? ofNothing : part / whole;
}

/** Mean and deviation of values that come one after the other (Welford's sums): none of them is kept. */
export class Spread {
  count = 0;
  mean = 0;
  private squares = 0;

  add(value: number): void {
    this.count += 1;
    const before = value - this.mean;
    this.mean += before / this.count;
    this.squares += before * (value - this.mean);
  }

  /** Of the whole population, not of a sample: the ticks are all there are. */
  get deviation(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.squares / this.count);
  }
}
