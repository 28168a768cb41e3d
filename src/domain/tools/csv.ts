/** RFC 4180: cells in quotes may hold separators, line ends and doubled quotes; the first line names the fields. */
export type CsvTable = { rows: Record<string, string>[] } | { problem: string };

export function parseCsv(text: string, separator = ','): CsvTable {
  const lines = cellsOf(text, separator);
  if (lines === undefined) return { problem: 'a quoted cell is not closed' };
  const [header = [], ...body] = lines;
  if (new Set(header).size !== header.length) return { problem: 'two columns have the same name' };
  const crooked = body.findIndex((cells) => cells.length !== header.length);
  if (crooked >= 0)
    return { problem: `line ${crooked + 2} has ${body[crooked]!.length} cells, the header ${header.length}` };
  return { rows: body.map((cells) => Object.fromEntries(header.map((name, column) => [name, cells[column]!]))) };
}

function cellsOf(text: string, separator: string): string[][] | undefined {
  const lines: string[][] = [];
  let cells: string[] = [];
  for (let at = 0; at < text.length;) {
    const quoted = text[at] === '"';
    const end = quoted ? endOfQuotes(text, at + 1) : endOfCell(text, at, separator);
    if (end < 0) return undefined;
    cells.push(quoted ? text.slice(at + 1, end).replaceAll('""', '"') : text.slice(at, end));
    at = quoted ? end + 1 : end;
    if (text[at] === separator) {
      at += 1;
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (at < text.length && text[at] !== '\n') return undefined; // something behind a closing quote
    at += 1;
    lines.push(cells);
    cells = [];
  }
  return cells.length > 0 ? [...lines, cells] : lines;
}

function endOfQuotes(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return -1;
}

function endOfCell(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}

/** A table that is mostly holes: 40,000 rows with a field of its own each would have 1,600,000,000 cells. */
const CELLS_MAX = 200_000;

/** Columns in the order in which they first occur. */
export function formatCsv(
  rows: readonly Record<string, unknown>[],
  separator = ',',
): { text: string } | { problem: string } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (rows.length * columns.length > CELLS_MAX)
    return { problem: `${rows.length} rows by ${columns.length} columns; at most ${CELLS_MAX} cells are written` };
  const line = (cells: readonly unknown[]) => cells.map((cell) => cellText(cell, separator)).join(separator);
  return { text: [line(columns), ...rows.map((row) => line(columns.map((column) => own(row, column))))].join('\n') };
}

/** A column may be called "toString", which every other row inherits. */
export function own(row: Record<string, unknown>, column: string): unknown {
  return Object.hasOwn(row, column) ? row[column] : undefined;
}

function cellText(cell: unknown, separator: string): string {
  if (cell === undefined || cell === null) return '';
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell);
  return [separator, '"', '\n', '\r'].some((special) => text.includes(special))
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}
