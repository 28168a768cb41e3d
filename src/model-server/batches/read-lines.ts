import { isObject } from '../chat/fields';
import type { BatchError, BatchLine } from './batch';

export const BATCH_ENDPOINT = '/v1/chat/completions';
const LINES_MAX = 50_000;

/** The requests of an input file, or what is wrong with it: then nothing of it is processed or billed. */
export function readLines(text: string): { lines: BatchLine[]; errors: BatchError[] } {
  const rows = text.split('\n').filter((row) => row.trim() !== '');
  if (rows.length === 0) return { lines: [], errors: [error('empty_file', 'The input file is empty.', null)] };
  if (rows.length > LINES_MAX)
    return { lines: [], errors: [error('too_many_tasks', `At most ${LINES_MAX} requests make a batch.`, null)] };
  const seen = new Set<string>();
  const errors: BatchError[] = [];
  const lines = rows.flatMap((row, index) => {
    const line = readLine(row, index + 1, seen);
    if ('customId' in line) return [line];
    errors.push(line);
    return [];
  });
  return { lines, errors };
}

function readLine(row: string, number: number, seen: Set<string>): BatchLine | BatchError {
  const parsed = parse(row);
  if (!isObject(parsed)) return error('invalid_json_line', 'This line is not a JSON object.', number);
  const { custom_id: customId, method, url, body } = parsed;
  if (typeof customId !== 'string' || customId === '')
    return error('missing_required_parameter', 'custom_id is missing.', number, 'custom_id');
  if (seen.has(customId)) return error('duplicate_custom_id', 'The custom_id was used before.', number, 'custom_id');
  seen.add(customId);
  if (method !== 'POST') return error('invalid_method', 'The method must be POST.', number, 'method');
  if (url !== BATCH_ENDPOINT)
    return error('mismatched_url', `The url must be ${BATCH_ENDPOINT}, as the batch says.`, number, 'url');
  if (!isObject(body)) return error('missing_required_parameter', 'body is missing.', number, 'body');
  return { customId, attemptKey: customId, body };
}

function parse(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return null; // said as an error of this line
  }
}

function error(code: string, message: string, line: number | null, param: string | null = null): BatchError {
  return { code, message, line, param };
}
