import type { SimulationView, TicksPage } from '../../contracts/api.schema';
import type { Console } from './console';
import { headlineText } from './figures';
import { clip, rowsOf } from './frame';
import type { Screen } from './redrawn-table';
import { progressLine } from './simulation-progress';

type Tick = TicksPage['items'][number];

/** Ticks may come faster than anybody reads. */
const STORYLINES_AT_ONCE = 5;

/** A run as its storylines, with a bar below them that is drawn over itself; without a terminal the lines alone. */
export class SimulationScreen {
  private drawn: string[] = [];
  private begun: { tick: number; ms: number } | undefined;

  constructor(
    private readonly console: Console,
    private readonly screen: Screen = process.stdout,
  ) {}

  show(view: SimulationView, ticks: readonly Tick[], nowMs: number): void {
    this.begun ??= { tick: view.tick, ms: nowMs };
    const pace = { ticks: view.tick - this.begun.tick, ms: nowMs - this.begun.ms };
    const lines = storylines(ticks);
    if (!this.console.canRedraw) return lines.forEach((line) => this.console.note(line));
    const columns = this.screen.columns ?? 80;
    const up = rowsOf(this.drawn, columns);
    this.drawn = [clip(progressLine(view, pace), columns)];
    const told = [...lines.map((line) => clip(line, columns)), ...this.drawn].join('\n');
    this.screen.write(`${up > 0 ? `\u001b[${up}A\u001b[0J` : ''}${told}\n`);
  }
}

/** The newest of them. */
function storylines(ticks: readonly Tick[]): string[] {
  const shown = ticks.slice(-STORYLINES_AT_ONCE);
  const before = ticks.length - shown.length;
  const lines = shown.map(({ tick, figures, storyline }) => `tick ${tick} · ${headlineText(figures)} · ${storyline}`);
  return before === 0 ? lines : [`… ${before} ticks`, ...lines];
}
