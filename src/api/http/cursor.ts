import type { z } from 'zod';
import { LonghaulError } from '../../domain/kernel/errors';
import { structureProblems } from './structure';

/** Where the next page begins: the sort key of the last item. Opaque, so that the sort key may change. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws LonghaulError InvalidRequest when the cursor is not one that this list made */
export function decodeCursor<T>(schema: z.ZodType<T>, cursor: string | undefined): T | undefined {
  if (cursor === undefined) return undefined;
  const key = jsonOrUndefined(Buffer.from(cursor, 'base64url').toString('utf8'));
  const parsed = schema.safeParse(key);
  if (parsed.success && structureProblems(key).length === 0) return parsed.data;
  throw new LonghaulError('InvalidRequest', { where: 'Query', count: 1 }, [
    { path: 'cursor', message: 'Not a cursor of this list; take `nextCursor` of the page before.' },
  ]);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it with the one message for all bad cursors.
  }
}

/** One page of `limit` items out of up to `limit + 1` rows: the extra row only says that there is more. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  keyOf: (row: R) => readonly string[],
  view: (row: R) => T,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
