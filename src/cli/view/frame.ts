import { stripVTControlCharacters } from 'node:util';

const PIECES = /\u001b\[[0-9;]*m|./gsu;
const RESET = '\u001b[0m';

/**
 * Columns that a text takes. Everything beyond the first scripts counts as two: a name in Hangul takes two, and to count
 * one too many only cuts a line earlier, while one too few lets it wrap.
 */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  return character.codePointAt(0)! >= 0x1100 && !isPunctuation(character) ? 2 : 1;
}

/** Dashes, quotes, arrows, rules and ticks lie beyond, and are narrow. */
function isPunctuation(character: string): boolean {
  const code = character.codePointAt(0)!;
  return code >= 0x2000 && code < 0x2800;
}

/** The line, cut to so many columns; a cut is shown as … and ends the colour. */
export function clip(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let kept = '';
  let width = 0;
  for (const [piece] of line.matchAll(PIECES)) {
    const wide = piece.startsWith('\u001b') ? 0 : columnsOf(piece);
    if (width + wide > columns - 1) break;
    kept += piece;
    width += wide;
  }
  return `${kept}…${line.includes('\u001b') ? RESET : ''}`;
}

/** Rows that lines take on a terminal of that width, with those that wrap. */
export function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}
