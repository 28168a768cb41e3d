export type Row = readonly (string | number)[];

/** Columns of one width each, the first one flush left. */
export function table(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map((cell, column) => pad(String(cell), column)).join('  ')).join('\n');
}
