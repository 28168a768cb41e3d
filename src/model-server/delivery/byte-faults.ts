import { gzipSync } from 'node:zlib';
import { INVALID_MARK } from '../faults/content-faults';
import type { DeliveryPlan, Piece } from './plan';

const MEGABYTE = 1_048_576;
/** Not text in any encoding of Unicode. */
const NO_UTF8 = Buffer.from([0xff, 0xfe, 0xfd]);

/** An answer that is far too long: its content comes again and again, or one field without end. */
export function huge(plan: DeliveryPlan, megabytes: number, stream: boolean): DeliveryPlan {
  const pieces = stream ? hugeStream(plan.pieces ?? [], megabytes) : hugeBody(plan.pieces ?? [], megabytes);
  return { ...withoutLength(plan), pieces };
}

function hugeStream(pieces: readonly Piece[], megabytes: number): Piece[] {
  const at = Math.max(
    0,
    pieces.findIndex(({ isContent }) => isContent),
  );
  const sample = Buffer.from(pieces[at]!.text);
  const bytes = Buffer.concat(Array<Buffer>(Math.ceil(MEGABYTE / sample.length)).fill(sample));
  return [...pieces.slice(0, at), { afterMs: 0, text: '', raw: { bytes, times: megabytes } }, ...pieces.slice(at)];
}

function hugeBody([body]: readonly Piece[], megabytes: number): Piece[] {
  const bytes = Buffer.alloc(MEGABYTE, 'x');
  return [
    { afterMs: body!.afterMs, text: '{"filler":"' },
    { afterMs: 0, text: '', raw: { bytes, times: megabytes } },
    { afterMs: 0, text: `",${body!.text.slice(1)}` },
  ];
}

/**
 * Few bytes that become many: each piece is a gzip member of its own, and between the first and the rest stand members
 * of blank lines, which mean nothing in JSON and in a stream of events. One member is in memory, whatever their number.
 */
export function gzipBomb(plan: DeliveryPlan, megabytes: number): DeliveryPlan {
  const [first, ...rest] = (plan.pieces ?? []).map(({ text, ...piece }): Piece => {
    return { ...piece, text: '', raw: { bytes: gzipSync(text), times: 1 } };
  });
  const blanks = { bytes: gzipSync(Buffer.alloc(MEGABYTE, '\n')), times: megabytes };
  const pieces = [{ afterMs: 0, text: '', raw: blanks }, first!, ...rest];
  return { ...withoutLength(plan), headers: { ...withoutLength(plan).headers, 'content-encoding': 'gzip' }, pieces };
}

/** The mark that the fault has put into the text becomes bytes that are no UTF-8. */
export function invalidUtf8(plan: DeliveryPlan): DeliveryPlan {
  const pieces = (plan.pieces ?? []).map((piece) => {
    const [before, ...after] = piece.text.split(INVALID_MARK);
    if (after.length === 0) return piece;
    const bytes = Buffer.concat([Buffer.from(before!), NO_UTF8, Buffer.from(after.join(''))]);
    return { ...piece, text: '', raw: { bytes, times: 1 } };
  });
  return { ...withoutLength(plan), pieces };
}

export function withoutLength(plan: DeliveryPlan): DeliveryPlan {
  const { 'content-length': _, ...headers } = plan.headers;
  return { ...plan, headers };
}
