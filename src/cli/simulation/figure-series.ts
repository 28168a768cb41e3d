import type { Series } from '../view/series';
import { LonghaulError } from '../../domain/kernel/errors';
import { figureLabel, headlines } from '../view/figures';
import type { Tick } from './tick-pages';

/** One figure of a run, gathered while its ticks come by: what is kept of a tick is one number. */
export class FigureSeries {
  private readonly values: number[] = [];
  private firstTick = 1;

  /** @param wanted by default the world's most telling figure */
  constructor(private wanted?: string) {}

  /** @throws LonghaulError InvalidRequest when the world has no such figure */
  add(ticks: readonly Tick[]): void {
    for (const { tick, figures } of ticks) {
      this.wanted ??= headlines(figures)[0];
      const value = this.wanted === undefined ? undefined : figures[this.wanted];
      if (value === undefined) throw noFigure(this.wanted, Object.keys(figures));
      if (this.values.length === 0) this.firstTick = tick;
      this.values.push(value);
    }
  }

  get figure(): string {
    return this.wanted ?? '';
  }

  get series(): Series {
    return { label: figureLabel(this.figure), firstTick: this.firstTick, values: this.values };
  }
}

function noFigure(wanted: string | undefined, known: readonly string[]): LonghaulError {
  const message = `There is no figure "${wanted ?? ''}". The run has: ${known.join(', ')}.`;
  return new LonghaulError('InvalidRequest', { where: 'Options', count: 1 }, [{ path: '--figure', message }]);
}
