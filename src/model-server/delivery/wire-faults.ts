import type { Fault } from '../faults/spec';
import type { DeliveryPlan, Piece } from './plan';

const SLOW_HEADERS_MS = 5_000;
const DRIP_MS = 200;
const HALF = 0.5;

const OVERLOADED = {
  error: {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    param: null,
    code: 'server_error',
  },
};

/** The plan as a fault spoils it; `stream` tells how an error inside the answer is written. */
export function applyWireFault(plan: DeliveryPlan, fault: Fault | null, stream: boolean): DeliveryPlan {
  const at = fault?.settings['at'] ?? HALF;
  switch (fault?.kind) {
    case 'hang':
      return { ...plan, pieces: null, ending: 'silent' };
    case 'no-reply':
      return { ...plan, pieces: null, ending: 'destroy' };
    case 'slow-headers':
      return { ...plan, headersAfterMs: plan.headersAfterMs + (fault.settings['ms'] ?? SLOW_HEADERS_MS) };
    case 'drip':
      return drip(plan, fault.settings['ms'] ?? DRIP_MS, stream);
    case 'cut':
      return { ...plan, pieces: firstShare(plan.pieces, at), ending: 'destroy' };
    case 'error-event':
      return errorInside(plan, at, stream);
    case 'no-usage':
      return { ...withoutLength(plan), pieces: stream ? firstShare(plan.pieces, at) : dropUsage(plan.pieces) };
    case 'bad-body':
      return {
        ...withoutLength(plan),
        pieces: [{ afterMs: 0, text: stream ? 'data: {"choices": [\n\n' : '<html>502</html>' }],
      };
    default:
      return plan;
  }
}

function drip(plan: DeliveryPlan, everyMs: number, stream: boolean): DeliveryPlan {
  const text = stream ? ': keep-alive\n\n' : ' ';
  return {
    ...withoutLength(plan),
    pieces: stream ? (plan.pieces ?? []).slice(0, 1) : [],
    ending: 'keep-alive',
    keepAlive: { text, everyMs },
  };
}

function errorInside(plan: DeliveryPlan, at: number, stream: boolean): DeliveryPlan {
  const json = JSON.stringify(OVERLOADED);
  const error: Piece = { afterMs: 0, text: stream ? `data: ${json}\n\n` : json };
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

function withoutLength(plan: DeliveryPlan): DeliveryPlan {
  const { 'content-length': _, ...headers } = plan.headers;
  return { ...plan, headers };
}
