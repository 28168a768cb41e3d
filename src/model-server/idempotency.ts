import { createReadStream } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import type { AcceptedLine } from './book';
import type { Generation } from './chat/generate';
import { badRequest } from './http/api-error';

/** As long as providers remember a key, and it keeps a server that runs for weeks small. */
const KEPT_MS = 86_400_000;
const KEY_CHARS_MAX = 1_024;

/** The first request under a key, and what it was answered. */
export interface FirstAnswer {
  key: string;
  requestId: string;
  arrivedAt: Date;
  requestSha256: string;
  generation: Generation;
}

interface Kept extends FirstAnswer {
  /** Resolves when it stands in the book and nobody is being answered with it any more. */
  over: Promise<void>;
  end: () => void;
}

/**
 * Answers by their `Idempotency-Key`. There is no file of its own: key and answer stand in the accepted line of the book,
 * so a kill between two writes cannot leave a bill without its answer, or an answer without its bill.
 */
export class Idempotency {
  readonly #kept = new Map<string, Kept>();

  private constructor(public isOn: boolean) {}

  static async open(bookPath: string, isOn: boolean): Promise<Idempotency> {
    const idempotency = new Idempotency(isOn);
    for await (const row of createInterface({ input: createReadStream(bookPath) })) {
      const first = row.includes('"idempotencyKey"') ? firstOf(row) : null;
      if (first !== null) idempotency.#kept.set(first.key, { ...first, over: Promise.resolve(), end: () => undefined });
    }
    return idempotency;
  }

  /** Null while the mode is off, and for a request without one. @throws ApiError 400 */
  keyOf(headers: IncomingHttpHeaders): string | null {
    const key = headers['idempotency-key'];
    if (!this.isOn || typeof key !== 'string' || key === '') return null;
    if (key.length <= KEY_CHARS_MAX) return key;
    throw badRequest(
      `The Idempotency-Key is longer than ${KEY_CHARS_MAX} characters.`,
      null,
      'idempotency_key_too_long',
    );
  }

  /** @throws ApiError 400 when the key came with another question */
  find(key: string, requestSha256: string, now: Date): FirstAnswer | null {
    const kept = this.#kept.get(key);
    if (kept === undefined || isForgotten(kept, now)) return null;
    if (kept.requestSha256 === requestSha256) return kept;
    throw badRequest('This Idempotency-Key was used with another request.', null, 'idempotency_key_reused');
  }

  /** In one step with `find`, or two requests at once would both be the first. */
  claim(first: FirstAnswer): void {
    let end: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    this.#forget(first.arrivedAt);
    this.#kept.set(first.key, { ...first, over, end });
  }

  /** The claimed one stands in the book: repeats may be answered when its own answer has gone, or its caller. */
  booked(key: string, response: ServerResponse): void {
    const end = this.#kept.get(key)?.end ?? (() => undefined);
    if (response.destroyed || response.socket?.destroyed === true) end();
    else response.once('close', end);
  }

  /** Resolves when the first answer under the key is no longer under way, or the one who repeats it has left. */
  async wait(key: string, gone: AbortSignal): Promise<void> {
    const left = new Promise<void>((resolve) => {
      if (gone.aborted) resolve();
      gone.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#kept.get(key)?.over, left]);
  }

  /** They are kept in the order of their arrival. */
  #forget(now: Date): void {
    for (const [key, kept] of this.#kept) {
      if (!isForgotten(kept, now)) return;
      this.#kept.delete(key);
    }
  }
}

function isForgotten({ arrivedAt }: FirstAnswer, now: Date): boolean {
  return now.getTime() - arrivedAt.getTime() > KEPT_MS;
}

/** Null for the half of a line that a killed server left. */
function firstOf(row: string): FirstAnswer | null {
  try {
    const { requestId, at, requestSha256, idempotencyKey, answer } = JSON.parse(row) as AcceptedLine;
    if (idempotencyKey === undefined || answer === undefined) return null;
    return { key: idempotencyKey, requestId, arrivedAt: new Date(at), requestSha256, generation: answer };
  } catch {
    return null;
  }
}
