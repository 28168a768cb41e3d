import type { TickSummary } from '../world';

/** A recorded tick, as far as a table shows it. */
export interface CsvTick extends TickSummary {
  tick: number;
  /** Null: nobody was asked. */
  rounds: unknown;
}

/** A head and one row per tick (RFC 4180); the columns are the figures of the first one. Empty without a tick. */
export function ticksAsCsv(ticks: readonly CsvTick[]): string {
  const [first] = ticks;
  if (first === undefined) return '';
  const names = Object.keys(first.figures);
  const head = ['tick', 'asked', 'mood', 'storyline', ...names];
  const rows = ticks.map(({ tick, rounds, mood, storyline, figures }) => [
    ...[tick, rounds !== null, mood, storyline],
    ...names.map((name) => figures[name] ?? ''),
  ]);
  return [head, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
