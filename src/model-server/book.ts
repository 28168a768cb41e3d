import { constants } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Generation } from './chat/generate';

/** What every line carries; `null` where the request did not say. */
interface LineHead {
  /** Arrival of the request (accepted, rejected) or end of the answer (completed, cut); ISO 8601 with ms. */
  at: string;
  requestId: string;
  attemptKey: string | null;
  model: string | null;
  agent: string | null;
}

/** The head of a line about a request, as far as it is known. */
export function lineHead({ requestId, attemptKey, model, agent }: Omit<LineHead, 'at'>, at: Date): LineHead {
  return { at: at.toISOString(), requestId, attemptKey, model, agent };
}

/** The billing line: everything known before the answer starts, because answers are a pure function of requests. */
export interface AcceptedLine extends LineHead {
  kind: 'accepted';
  inputTokens: number;
  outputTokens: number;
  /** UTF-8 bytes of the answer's text and tool calls. */
  bytes: number;
  requestSha256: string;
  stream: boolean;
  /** Planned ms from acceptance to the end of the answer. */
  latencyMs: number;
  fault: string | null;
  /** The batch that it was a request of: billed at half the price. */
  batch?: string;
  /** With idempotency switched on: the key that came with it, and the answer that a repeat of it is given. */
  idempotencyKey?: string;
  answer?: Generation;
}

export interface RejectedLine extends LineHead {
  kind: 'rejected';
  status: number;
  code: string | null;
  fault: string | null;
}

/** How an accepted request ended. Not a billing line: what was accepted is billed in full, cut or not. */
export interface EndLine extends LineHead {
  kind: 'completed' | 'cut';
  bytesSent: number;
}

export type BookLine = AcceptedLine | RejectedLine | EndLine;

interface WaitingLine {
  text: string;
  stored: () => void;
  failed: (error: Error) => void;
}

/**
 * The independent book: an append-only file of JSON lines against which the ledger of the other side is checked.
 * Lines that wait together share one write and one fdatasync; one sync per line would cap the server at the disk's
 * sync rate. After a failed write the book refuses all further lines: half a line must not be followed by another.
 */
export class Book {
  #waiting: WaitingLine[] = [];
  #writer: Promise<void> | null = null;
  #failure: Error | null = null;

  private constructor(
    private readonly file: FileHandle,
    readonly path: string,
    private readonly onFailure: (error: Error) => void,
  ) {}

  /** `onFailure` is called once, at the first line that could not be stored. */
  static async open(path: string, onFailure: (error: Error) => void): Promise<Book> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    await endTornLine(file);
    return new Book(file, path, onFailure);
  }

  /** Resolves when the line is on disk. @throws the error of the write, this one's or an earlier one's. */
  write(line: BookLine): Promise<void> {
    return new Promise((stored, failed) => {
      this.#waiting.push({ text: `${JSON.stringify(line)}\n`, stored, failed });
      this.#writer ??= this.#writeWaiting();
    });
  }

  /** For lines that nobody waits for; a failure still reaches `onFailure`. */
  note(line: BookLine): void {
    this.write(line).catch(() => undefined);
  }

  /** Resolves when nothing is waiting to be written. */
  async flushed(): Promise<void> {
    while (this.#writer !== null) await this.#writer;
  }

  async close(): Promise<void> {
    await this.flushed();
    await this.file.close();
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup(this.#waiting.splice(0));
    this.#writer = null;
  }

  async #writeGroup(group: readonly WaitingLine[]): Promise<void> {
    try {
      if (this.#failure !== null) throw this.#failure;
      await this.file.appendFile(group.map((line) => line.text).join(''));
      await this.file.datasync();
      for (const line of group) line.stored();
    } catch (error) {
      this.#fail(error as Error, group);
    }
  }

  #fail(error: Error, group: readonly WaitingLine[]): void {
    if (this.#failure === null) this.onFailure(error);
    this.#failure = error;
    for (const line of group) line.failed(error);
  }
}

/** A server killed in the middle of a write leaves half a line; it is closed, so that the next line stays readable. */
async function endTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  if (size === 0) return;
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  if (last.toString() !== '\n') await file.appendFile('\n');
}
