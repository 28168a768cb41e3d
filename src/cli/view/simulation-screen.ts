import type { ViewerFrame } from '../../domain/simulation/record/live-frame';
import type { Console } from './console';
import { headlineText } from './figures';
import { clip, rowsOf } from './frame';
import type { Screen } from './redrawn-table';
import { type Progress, progressLine } from './simulation-progress';

/** Ticks may come faster than anybody reads. */
const STORYLINES_AT_ONCE = 5;

/** Where a run that lasts is shown. */
export interface SimulationViewer {
  /** How far it is, and what was not shown yet. */
  show(progress: Progress, frames: readonly ViewerFrame[], nowMs: number): void;
}

/** A run as its storylines, with a bar below them that is drawn over itself; without a terminal the lines alone. */
export class SimulationScreen implements SimulationViewer {
  private drawn: string[] = [];
  private begun: { tick: number; ms: number } | undefined;
  /** The last tick whose storyline was told. */
  private told = 0;

  constructor(
    private readonly console: Console,
    private readonly screen: Screen = process.stdout,
  ) {}

  show(progress: Progress, frames: readonly ViewerFrame[], nowMs: number): void {
    this.begun ??= { tick: progress.tick, ms: nowMs };
    const pace = { ticks: progress.tick - this.begun.tick, ms: nowMs - this.begun.ms };
    const lines = this.storylines(frames);
    if (!this.console.canRedraw) return lines.forEach((line) => this.console.note(line));
    const columns = this.screen.columns ?? 80;
    const up = rowsOf(this.drawn, columns);
    this.drawn = [clip(progressLine(progress, pace), columns)];
    const told = [...lines.map((line) => clip(line, columns)), ...this.drawn].join('\n');
    this.screen.write(`${up > 0 ? `\u001b[${up}A\u001b[0J` : ''}${told}\n`);
  }

  /** The newest of them. Of a fast-forward only the last tick of each slice is shown. */
  private storylines(frames: readonly ViewerFrame[]): string[] {
    const ticks = frames.flatMap(({ tick, summary }) =>
      summary === null || tick <= this.told ? [] : [{ tick, ...summary }],
    );
    const shown = ticks.slice(-STORYLINES_AT_ONCE);
    const [first] = shown;
    if (first === undefined) return [];
    const before = first.tick - this.told - 1;
    this.told = shown.at(-1)!.tick;
    const lines = shown.map(({ tick, figures, storyline }) => `tick ${tick} · ${headlineText(figures)} · ${storyline}`);
    return before <= 0 ? lines : [`… ${before} ticks`, ...lines];
  }
}
