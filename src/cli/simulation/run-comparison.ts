import type { Figures } from '../view/figures';
import type { Tick } from './tick-pages';

/** Figures of one tick in both runs. */
export interface FigurePair {
  figure: string;
  a: number;
  b: number;
  difference: number;
}

export interface Comparison {
  /** After so many ticks both runs were in the same state, by its hash. */
  equalUntilTick: number;
  /** Where they part; null: nowhere, as far as both go. */
  firstDifference: { tick: number; figures: FigurePair[] } | null;
  /** Ticks that both runs have. */
  commonTicks: number;
  /** Figures of the last tick that both have. */
  last: { tick: number; figures: FigurePair[] } | null;
}

/** Pairs two runs tick by tick; what is kept is two ticks. */
export class RunComparison {
  private equalUntilTick = 0;
  private firstDifference: Comparison['firstDifference'] = null;
  private last: Comparison['last'] = null;
  private commonTicks = 0;

  /** @param a and @param b are the same tick of the two runs */
  add(a: Tick, b: Tick): void {
    const { tick } = a;
    this.commonTicks = tick;
    this.last = { tick, figures: pairsOf(a.figures, b.figures) };
    if (this.firstDifference !== null) return;
    if (isSame(a, b)) this.equalUntilTick = a.hash === null ? this.equalUntilTick : tick;
    else this.firstDifference = { tick, figures: this.last.figures.filter(({ difference }) => difference !== 0) };
  }

  result(): Comparison {
    const { equalUntilTick, firstDifference, commonTicks, last } = this;
    return { equalUntilTick, firstDifference, commonTicks, last };
  }
}

/** Inside a fast-forward there are no hashes: figures have to do, and the next hash settles it. */
function isSame(a: Tick, b: Tick): boolean {
  if (a.hash !== null && b.hash !== null) return a.hash === b.hash;
  return pairsOf(a.figures, b.figures).every(({ difference }) => difference === 0);
}

/** A figure that one run lacks is 0 in it. */
function pairsOf(a: Figures, b: Figures): FigurePair[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.map((figure) => {
    const [ofA, ofB] = [a[figure] ?? 0, b[figure] ?? 0];
    return { figure, a: ofA, b: ofB, difference: ofB - ofA };
  });
}
