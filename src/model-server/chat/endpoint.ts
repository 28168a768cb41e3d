import type { IncomingMessage, ServerResponse } from 'node:http';
import { lineHead } from '../book';
import { playPlan } from '../delivery/play';
import type { DeliveryPlan } from '../delivery/plan';
import { applyWireFault } from '../delivery/wire-faults';
import { goneSignal } from '../http/gone-signal';
import type { ServerParts } from '../server-parts';
import type { Wire } from '../wire';
import { accept } from './accept';
import type { Accepted } from './arrival';

/**
 * The life of one model call on any wire: read, decide (fault, limit), make the whole answer, write the billing line to
 * the book and wait until it is on disk, hold if asked, deliver, write how it ended.
 */
export async function answerCall(
  wire: Wire,
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  parts: ServerParts,
): Promise<void> {
  const accepted = await accept(incoming, response, requestId, parts, wire);
  if (accepted === null) return;
  const { arrival, request } = accepted;
  const plan = applyWireFault(wire.plan(accepted), arrival.fault, request.stream, wire.spoilt);
  await deliver(response, accepted, plan, parts);
}

async function deliver(
  response: ServerResponse,
  { arrival, repeats }: Accepted,
  plan: DeliveryPlan,
  parts: ServerParts,
): Promise<void> {
  const gone = goneSignal(response);
  await parts.hold.pass(gone);
  const { kind, bytesSent } = await playPlan(response, plan, { gone, stopping: parts.stopping });
  if (repeats !== null) return; // the book has the end of the answer that was accepted
  parts.counts[kind]++;
  parts.book.note({ kind, ...lineHead(arrival, new Date()), bytesSent });
}
