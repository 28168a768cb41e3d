import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const KEPT_BYTES = 20 * 1024 * 1024;
const TAIL_BYTES = 4_096;

/**
 * Programs write straight into their log file, stdout and stderr alike. Not through a pipe: that would break when the
 * supervisor is killed, and take the orphans with it.
 */
export function openLog(file: string): { fd: number; close(): void; startBytes: number } {
  const size = sizeOf(file);
  if (size > KEPT_BYTES) renameSync(file, `${file}.1`);
  const fd = openSync(file, 'a', 0o600);
  return { fd, close: () => closeSync(fd), startBytes: size > KEPT_BYTES ? 0 : size };
}

/** What was written after `fromBytes`. */
export function readLog(file: string, fromBytes: number): string {
  const length = sizeOf(file) - fromBytes;
  if (length <= 0) return '';
  const buffer = Buffer.alloc(length);
  const fd = openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, length, fromBytes));
  } finally {
    closeSync(fd);
  }
}

/** The end of a program's output, for an error message. */
export function tailOfLog(file: string, fromBytes: number, lines = 15): string {
  const text = readLog(file, Math.max(fromBytes, sizeOf(file) - TAIL_BYTES)).trimEnd();
  return text.split('\n').slice(-lines).join('\n');
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}
