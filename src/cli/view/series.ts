/** One figure over the ticks of a run, ready to be drawn. */
export interface Series {
  label: string;
  /** Tick of the first value; the others follow one by one. */
  firstTick: number;
  values: readonly number[];
}

export interface Bounds {
  low: number;
  high: number;
}

/** Not of the arguments of Math.min: a long run has more values than a call takes arguments. */
export function boundsOf(series: readonly Series[]): Bounds {
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of series)
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low > high ? { low: 0, high: 0 } : { low, high };
}

/** As many places as asked for, each with the index of the last value that falls on it; fewer values are shown all. */
export function placesOf(count: number, places: number): number[] {
  const shown = Math.min(count, places);
  return Array.from({ length: shown }, (_, place) => Math.ceil(((place + 1) * count) / shown) - 1);
}

export function lastTickOf({ firstTick, values }: Series): number {
  return firstTick + values.length - 1;
}
