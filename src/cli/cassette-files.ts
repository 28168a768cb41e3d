import { open, type FileHandle } from 'node:fs/promises';
import type { ImportedRecordings, RecordingLine } from '../contracts/api.schema';
import { LonghaulError } from '../domain/kernel/errors';
import { messageOf } from '../domain/kernel/message-of';
import type { ApiClient } from '../client/api-client';

/** Well below what the API takes at once, whatever the length of an answer within reason. */
const PART_CHARS = 4 * 1024 * 1024;
const PART_LINES = 500;

const pathOf = (name: string) => `/cassettes/${encodeURIComponent(name)}/recordings`;

/** @returns how many lines were written. @throws LonghaulError UnusableFile */
export async function exportCassette(api: ApiClient, name: string, file: string): Promise<number> {
  let lines = await linesAfter(api, name); // asked first: a cassette that does not exist leaves no empty file
  const handle = await opened(file, 'w');
  try {
    let exported = 0;
    for (; lines.length > 0; lines = await linesAfter(api, name, lines.at(-1))) {
      await handle.writeFile(lines.map((line) => `${line}\n`).join(''));
      exported += lines.length;
    }
    return exported;
  } finally {
    await handle.close();
  }
}

async function linesAfter(api: ApiClient, name: string, last?: string): Promise<string[]> {
  const after = last === undefined ? '' : `?after=${(JSON.parse(last) as RecordingLine).requestHash}`;
  const text = (await api.bytes(`${pathOf(name)}${after}`)).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** Sent as it is: the API names every line that it refuses. @throws LonghaulError UnusableFile */
export async function importCassette(api: ApiClient, name: string, file: string): Promise<number> {
  let imported = 0;
  for await (const content of partsOf(file)) {
    const body = { content, type: 'application/x-ndjson' as const };
    imported += (await api.send<ImportedRecordings>('POST', pathOf(name), body)).imported;
  }
  return imported;
}

async function* partsOf(file: string): AsyncGenerator<string> {
  const handle = await opened(file, 'r');
  let part: string[] = [];
  let chars = 0;
  for await (const line of handle.readLines()) {
    part.push(line);
    chars += line.length;
    if (chars < PART_CHARS && part.length < PART_LINES) continue;
    yield part.join('\n');
    [part, chars] = [[], 0];
  }
  if (part.length > 0) yield part.join('\n');
}

async function opened(file: string, flags: 'r' | 'w'): Promise<FileHandle> {
  try {
    return await open(file, flags);
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: messageOf(error) }, [], { cause: error });
  }
}
