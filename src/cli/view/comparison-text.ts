import type { Comparison, FigurePair } from '../simulation/run-comparison';
import { figureLabel, figureText } from './figures';
import { table } from './run-table';

export interface Names {
  a: string;
  b: string;
}

/** Two runs side by side: how long they were one, where they part, where they stand. */
export function comparisonText(
  { equalUntilTick, firstDifference, commonTicks, last }: Comparison,
  names: Names,
): string {
  if (last === null) return 'At least one of the runs has no recorded tick yet.';
  if (firstDifference === null) return `Equal at all ${commonTicks} ticks that both have.`;
  const { tick, figures } = firstDifference;
  const first =
    figures.length === 0
      ? ['No figure differs there yet: the decisions, or what is not shown, do.']
      : [pairsTable(figures, names)];
  return [
    equalUntilTick === 0 ? 'Different from the beginning.' : `Equal up to tick ${equalUntilTick}, by state hash.`,
    ...[`First difference: tick ${tick}`, ...first, '', `Tick ${last.tick}, the last that both have`],
    pairsTable(last.figures, names),
  ].join('\n');
}

function pairsTable(pairs: readonly FigurePair[], { a, b }: Names): string {
  const rows = pairs
    .filter(({ figure }) => !figure.includes('.'))
    .map((pair) => [
      ...[figureLabel(pair.figure), figureText(pair.figure, pair.a), figureText(pair.figure, pair.b)],
      signed(figureText(pair.figure, pair.difference), pair.difference),
    ]);
  return table(['figure', a, b, 'difference'], rows);
}

function signed(text: string, value: number): string {
  return value > 0 ? `+${text}` : text;
}
