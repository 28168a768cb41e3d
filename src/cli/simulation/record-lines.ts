import { open } from 'node:fs/promises';
import type { ApiClient } from '../../client/api-client';
import { recordLineSchema } from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import { messageOf } from '../../domain/kernel/message-of';
import type { RecordLine } from '../../domain/simulation/record/record-line';
import { simulationPath } from './paths';

/** The lines of a run's record as they are, part by part: what is held is one part. */
export async function* linesOfRun(api: ApiClient, runId: string): AsyncGenerator<string> {
  for (let query = ''; ;) {
    const part = await api.bytes(`${simulationPath(runId, 'record')}${query}`);
    const lines = part
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    yield* lines;
    const last = recordLineOf(lines.at(-1) ?? '', `the record of ${runId}`, lines.length);
    if (last.type !== 'tick') return;
    query = `?after=${last.tick}`;
  }
}

/** @throws LonghaulError UnusableFile */
export async function* linesOfFile(file: string): AsyncGenerator<string> {
  try {
    const handle = await open(file, 'r');
    for await (const line of handle.readLines()) if (line !== '') yield line;
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: messageOf(error) }, [], { cause: error });
  }
}

/** Each line read. @throws LonghaulError UnusableFile for a line that is none of a record, or when the last one is missing */
export async function* recordOf(lines: AsyncIterable<string>, source: string): AsyncGenerator<RecordLine> {
  let number = 0;
  for await (const text of lines) {
    number += 1;
    const line = recordLineOf(text, source, number);
    yield line;
    if (line.type === 'end') return;
  }
  throw unusable(source, `it ends after line ${number} without its last line, of type "end": a part is missing`);
}

function recordLineOf(text: string, source: string, number: number): RecordLine {
  const parsed = recordLineSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw unusable(
    source,
    `line ${number} is no line of a simulation's record: ${path.join('.') || '(root)'}: ${message}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // what is no JSON is no line of a record, and is told as such
  }
}

function unusable(file: string, detail: string): LonghaulError {
  return new LonghaulError('UnusableFile', { file, detail });
}
