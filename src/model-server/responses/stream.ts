import { openAiWire } from '../chat/wire';
import { applyWireFault } from '../delivery/wire-faults';
import type { DeliveryPlan, Piece } from '../delivery/plan';
import type { Fault } from '../faults/spec';
import { eventsOf, eventText, type TimedEvent } from './events';
import type { Work } from './work';

/** The stream of a response from one of its events on: what has happened comes at once, the rest in its time. */
export function responseStream(
  work: Work,
  startingAfter: number,
  headers: Readonly<Record<string, string>>,
): DeliveryPlan {
  return {
    headersAfterMs: 0,
    headers: { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    pieces: piecesOf(work, eventsOf(work.record).slice(startingAfter + 1)),
    ending: 'end',
    keepAlive: { text: ': keep-alive\n\n', everyMs: 1_000 },
  };
}

/** Pauses are counted from now, or from the beginning of a work that has not begun. */
function piecesOf(work: Work, events: readonly TimedEvent[]): Piece[] {
  let playedMs = work.elapsedMs;
  return events.map(({ atMs, phase, text }) => {
    const afterMs = work.record.ended ? 0 : Math.max(0, atMs - playedMs);
    playedMs += afterMs;
    if (phase === 'ended') return { afterMs: 0, text, ready: work.ended };
    const waits = phase === 'working' && work.status === 'queued';
    return { afterMs, text, ...(waits && atMs === 0 ? { ready: work.begun } : {}) };
  });
}

/** Faults strike the connection that made the response; the response itself is whole, and can be read later. */
export function spoiled(plan: DeliveryPlan, fault: Fault | null, stream: boolean): DeliveryPlan {
  const faulty = applyWireFault(plan, fault, stream, openAiWire.spoilt);
  if (fault?.kind !== 'error-event' || !stream) return faulty;
  const sent = (faulty.pieces ?? []).slice(0, -1);
  const error = { type: 'error', code: 'server_error', message: 'The server had an error.', param: null };
  return { ...faulty, pieces: [...sent, { afterMs: 0, text: eventText(error, sent.length) }] };
}
