import { open, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { parseCsv } from '../../domain/tools/csv';

export interface ProviderLog {
  /** At least one part, which may be empty. */
  parts: object[][];
  /** Lines that are no JSON object: the half line of a book that is being written, or another kind of file. */
  unreadable: number;
}

/** Only what the API needs of each line, in parts of at most `size`. @throws LonghaulError UnusableFile */
export async function readProviderLog(file: string, size: number): Promise<ProviderLog> {
  const log: ProviderLog = { parts: [[]], unreadable: 0 };
  for await (const line of extname(file) === '.csv' ? csvLines(file) : linesOf(file)) {
    if (line.trim() === '') continue;
    const record = recordOf(line);
    if (record === undefined) log.unreadable += 1;
    else {
      if (log.parts.at(-1)!.length === size) log.parts.push([]);
      log.parts.at(-1)!.push(record);
    }
  }
  if (log.unreadable > 0 && log.parts[0]!.length === 0)
    throw new LonghaulError('UnusableFile', {
      file,
      detail: 'none of its lines is a JSON object, so it is no log of a provider.',
    });
  return log;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    const handle = await open(file);
    yield* handle.readLines(); // closes the file at its end
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: (error as Error).message });
  }
}

/** An export of a spreadsheet or a billing page, as lines of JSON. Empty cells are left out; counts are numbers. */
async function* csvLines(file: string): AsyncGenerator<string> {
  const table = parseCsv(await textOf(file));
  if ('problem' in table) throw new LonghaulError('UnusableFile', { file, detail: table.problem });
  for (const row of table.rows) {
    const cells = Object.entries(row).filter(([, cell]) => cell !== '');
    yield JSON.stringify(
      Object.fromEntries(cells.map(([name, cell]) => [name, /^\d+$/.test(cell) ? Number(cell) : cell])),
    );
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: (error as Error).message });
  }
}

function recordOf(line: string): object | undefined {
  const fields = parsed(line);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
  const {
    kind,
    attemptKey = null,
    inputTokens,
    outputTokens,
    cachedInputTokens,
    idempotencyKey,
  } = fields as Record<string, unknown>;
  return { kind, attemptKey, inputTokens, outputTokens, cachedInputTokens, idempotencyKey };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // counted as unreadable
  }
}
