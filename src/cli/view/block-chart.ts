import { boundsOf, lastTickOf, placesOf, type Bounds, type Series } from './series';

const BLOCKS = ' ▁▂▃▄▅▆▇█';
const STEPS = BLOCKS.length - 1;

export interface BlockChartSize {
  columns: number;
  /** Of the drawing alone; title and axis come on top. */
  rows: number;
}

const NARROWEST = 8;

/**
 * A chart for terminals: each column is the last value of its ticks, in eighths of a row above the lowest value drawn.
 *
 * @param text how a value is written beside the axis
 * @param bounds of the axis, where several charts are to be compared; by default those of the values
 */
export function blockChart(
  series: Series,
  { columns, rows }: BlockChartSize,
  text: (value: number) => string,
  bounds: Bounds = boundsOf([series]),
): string {
  if (series.values.length === 0) return `${series.label}: nothing is recorded yet`;
  const labels = [text(bounds.high), text(bounds.low)];
  const margin = Math.max(...labels.map(({ length }) => length));
  const heights = heightsOf(series.values, Math.max(NARROWEST, columns - margin - 2), rows, bounds);
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row === 0 ? labels[0]! : row === rows - 1 ? labels[1]! : '';
    return `${label.padStart(margin)} ${label === '' ? '│' : '┤'}${heights.map((height) => blockAt(height, rows - 1 - row)).join('')}`;
  });
  return [series.label, ...lines, ...axis(series, margin, heights.length)].join('\n').replace(/ +$/gm, '');
}

/** In eighths; the lowest value is one of them, so that it is seen. */
function heightsOf(values: readonly number[], columns: number, rows: number, { low, high }: Bounds): number[] {
  const span = high - low || 1;
  const places = placesOf(values.length, columns);
  const wide = Math.floor(columns / places.length);
  return places.flatMap((index) => {
    const height = Math.max(1, Math.round(((values[index]! - low) / span) * rows * STEPS));
    return Array.from({ length: wide }, () => height);
  });
}

/** @param row from the bottom */
function blockAt(height: number, row: number): string {
  return BLOCKS[Math.min(STEPS, Math.max(0, height - row * STEPS))]!;
}

function axis(series: Series, margin: number, columns: number): string[] {
  const [first, last] = [String(series.firstTick), `tick ${lastTickOf(series)}`];
  const indent = ' '.repeat(margin + 2);
  const gap = columns - first.length - last.length;
  return [
    `${' '.repeat(margin)} └${'─'.repeat(columns)}`,
    gap < 1 ? `${indent}${last}` : `${indent}${first}${' '.repeat(gap)}${last}`,
  ];
}
