import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { TextPiece } from '../../domain/llm/live-text';
import { liveTail } from './live-tail';
import { execAll } from './pipeline';

/** Soon enough to look like typing, seldom enough that a fast model does not cost a command per token. */
const FLUSH_MS = 25;
/** Entries that one call's stream keeps: minutes of answer; who reads slower gets the rest from the store. */
const ENTRIES_MAX = 5_000;
/** Live text stops here, the answer does not. */
const CHARS_MAX = 2 * 1024 * 1024;
/** Longer than anybody waits for the rest of an answer that is stored by then. */
const TTL_MS = 300_000;
/** The answer is stored by then: its activity does not wait longer for those who read along. */
const CLOSE_MS = 1_000;

function keyOf(tenant: string, callKey: string): string {
  return `live:{${encodeURIComponent(tenant)}/${callKey}}`;
}

export interface TextWriter {
  /** Never throws and never waits. */
  push(this: void, piece: TextPiece): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Sends the text of one call to whoever reads along. May lose everything with Redis: the answer itself is stored
 * elsewhere, and is what a reader ends with.
 */
export function liveTextWriter(
  redis: Redis,
  tenant: string,
  callKey: string,
  onProblem: (error: unknown) => void,
): TextWriter {
  const key = keyOf(tenant, callKey);
  let pieces: TextPiece[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let isBroken = false;
  const sendAll = async () => {
    try {
      while (pieces.length > 0) {
        const sent = pieces;
        pieces = [];
        await append(redis, key, sent);
      }
    } catch (error) {
      // After a gap a reader shows nothing more of this attempt: what follows would be for nobody.
      isBroken = true;
      pieces = [];
      onProblem(error);
    }
    sending = undefined;
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (pieces.length > 0) sending ??= sendAll();
    return sending;
  };
  return {
    push: (piece) => {
      if (isBroken || piece.offset > CHARS_MAX) return;
      const last = pieces.at(-1);
      if (last?.n === piece.n) last.text += piece.text;
      else pieces.push({ ...piece });
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
    },
    close: () => Promise.race([flush(), pause(CLOSE_MS, undefined, { ref: false })]),
  };
}

async function append(redis: Redis, key: string, pieces: readonly TextPiece[]): Promise<void> {
  const pipeline = redis.pipeline();
  // As JSON, because a piece may end in the middle of a surrogate pair, which UTF-8 cannot hold.
  for (const piece of pieces) pipeline.xadd(key, 'MAXLEN', '~', ENTRIES_MAX, '*', 'piece', JSON.stringify(piece));
  pipeline.pexpire(key, TTL_MS);
  await execAll(pipeline);
}

/** Pieces since the last look. */
export function liveTextReader(redis: Redis, tenant: string, callKey: string): { next(): Promise<TextPiece[]> } {
  return liveTail<TextPiece>(redis, keyOf(tenant, callKey));
}
