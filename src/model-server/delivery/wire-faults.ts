import type { Fault } from '../faults/spec';
import { gzipBomb, huge, invalidUtf8, withoutLength } from './byte-faults';
import type { DeliveryPlan, Piece } from './plan';

const SLOW_HEADERS_MS = 5_000;
const DRIP_MS = 200;
const HALF = 0.5;
const MEGABYTES = 300;

/** What the faults of one wire look like. */
export interface SpoiltForms {
  /** The body of an error inside an answer that began with status 200. */
  error: object;
  /** The name of the event that carries it; null on a wire whose events have no names. */
  eventName: string | null;
  /** An event that is no JSON. */
  brokenEvent: string;
  /** An event without content, which keeps the connection alive. */
  idleEvent: string;
}

/** The plan as a fault spoils it; `stream` tells how an error inside the answer is written. */
export function applyWireFault(
  plan: DeliveryPlan,
  fault: Fault | null,
  stream: boolean,
  forms: SpoiltForms,
): DeliveryPlan {
  const at = fault?.settings['at'] ?? HALF;
  switch (fault?.kind) {
    case 'hang':
      return { ...plan, pieces: null, ending: 'silent' };
    case 'no-reply':
      return { ...plan, pieces: null, ending: 'destroy' };
    case 'slow-headers':
      return { ...plan, headersAfterMs: plan.headersAfterMs + (fault.settings['ms'] ?? SLOW_HEADERS_MS) };
    case 'drip':
      return drip(plan, fault.settings['ms'] ?? DRIP_MS, stream ? forms.idleEvent : null);
    case 'cut':
      return { ...plan, pieces: firstShare(plan.pieces, at), ending: 'destroy' };
    case 'error-event':
      return errorInside(plan, at, stream, forms);
    case 'no-usage':
      return { ...withoutLength(plan), pieces: stream ? firstShare(plan.pieces, at) : dropUsage(plan.pieces) };
    case 'bad-body':
      return {
        ...withoutLength(plan),
        pieces: [{ afterMs: 0, text: stream ? forms.brokenEvent : '<html>502</html>' }],
      };
    case 'wrong-type':
      return { ...plan, headers: { ...plan.headers, 'content-type': 'text/html; charset=utf-8' } };
    case 'reply-then-cut':
      return { ...plan, ending: 'destroy' };
    case 'double-end':
      return { ...plan, pieces: [...(plan.pieces ?? []), ...(plan.pieces ?? []).slice(-1)] };
    case 'huge':
      return huge(plan, fault.settings['mb'] ?? MEGABYTES, stream);
    case 'gzip-bomb':
      return gzipBomb(plan, fault.settings['mb'] ?? MEGABYTES);
    case 'invalid-utf8':
      return invalidUtf8(plan);
    default:
      return plan;
  }
}

/** @param idleEvent null for an unstreamed answer: blanks before the JSON */
function drip(plan: DeliveryPlan, everyMs: number, idleEvent: string | null): DeliveryPlan {
  return {
    ...withoutLength(plan),
    pieces: idleEvent === null ? [] : (plan.pieces ?? []).slice(0, 1),
    ending: 'keep-alive',
    keepAlive: { text: idleEvent ?? ' ', everyMs },
  };
}

function errorInside(plan: DeliveryPlan, at: number, stream: boolean, forms: SpoiltForms): DeliveryPlan {
  const json = JSON.stringify(forms.error);
  const name = forms.eventName === null ? '' : `event: ${forms.eventName}\n`;
  const error: Piece = { afterMs: 0, text: stream ? `${name}data: ${json}\n\n` : json };
  return { ...withoutLength(plan), pieces: stream ? [...firstShare(plan.pieces, at), error] : [error] };
}

/** Whole events of a stream, or characters of a single body. Something is always left out. */
function firstShare(pieces: readonly Piece[] | null, share: number): Piece[] {
  if (pieces?.length === 1) {
    const [{ afterMs, text }] = pieces as [Piece];
    return [{ afterMs, text: text.slice(0, Math.min(text.length - 1, Math.ceil(text.length * share))) }];
  }
  const all = pieces ?? [];
  return all.slice(0, Math.min(all.length - 1, Math.max(1, Math.ceil(all.length * share))));
}

function dropUsage(pieces: readonly Piece[] | null): Piece[] {
  return (pieces ?? []).map((piece) => {
    const { usage, ...body } = JSON.parse(piece.text) as { usage: unknown };
    return { ...piece, text: JSON.stringify(body) };
  });
}
