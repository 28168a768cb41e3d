import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { LonghaulError } from '../../domain/kernel/errors';
import { messageOf } from '../../domain/kernel/message-of';

/** On stdout, as fast as somebody reads it. */
export async function printLines(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

/** For its owner only: a record tells what the run was about. @returns how many. @throws LonghaulError UnusableFile */
export async function writeLines(file: string, lines: AsyncGenerator<string>): Promise<number> {
  const first = await lines.next(); // a run that does not exist leaves no empty file
  const handle = await opened(file);
  let written = 0;
  try {
    for (let next = first; next.done !== true; next = await lines.next()) {
      await handle.write(`${next.value}\n`);
      written += 1;
    }
  } finally {
    await handle.close();
  }
  return written;
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'w', 0o600);
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: messageOf(error) }, [], { cause: error });
  }
}
