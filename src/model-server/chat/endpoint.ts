import type { IncomingMessage, ServerResponse } from 'node:http';
import { lineHead } from '../book';
import { completionPlan, type AnswerHead } from '../delivery/completion';
import { playPlan } from '../delivery/play';
import type { DeliveryPlan } from '../delivery/plan';
import { streamPlan } from '../delivery/stream';
import { applyWireFault } from '../delivery/wire-faults';
import { goneSignal } from '../http/gone-signal';
import type { ServerParts } from '../server-parts';
import { accept, type Accepted } from './accept';
import type { Arrival } from './admission';
import { parseChatRequest } from './request';

/**
 * The life of one chat completion: read, decide (fault, limit), make the whole answer, write the billing line to the
 * book and wait until it is on disk, hold if asked, deliver, write how it ended.
 */
export async function chatCompletions(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  parts: ServerParts,
): Promise<void> {
  const accepted = await accept(incoming, response, requestId, parts, parseChatRequest);
  if (accepted !== null) await deliver(response, accepted.arrival, planOf(accepted), parts);
}

function planOf({ arrival, request, generation, headers, latencyMs }: Accepted): DeliveryPlan {
  const head: AnswerHead = {
    id: `chatcmpl-${arrival.requestId.slice('req_'.length)}`,
    createdSeconds: Math.floor(arrival.arrivedAt.getTime() / 1000),
    headers: { ...headers, 'x-request-id': arrival.requestId, 'openai-processing-ms': String(Math.round(latencyMs)) },
  };
  const plan = request.stream
    ? streamPlan(head, request, generation, latencyMs)
    : completionPlan(head, request, generation, latencyMs);
  return applyWireFault(plan, arrival.fault, request.stream);
}

async function deliver(
  response: ServerResponse,
  arrival: Arrival,
  plan: DeliveryPlan,
  parts: ServerParts,
): Promise<void> {
  const gone = goneSignal(response);
  await parts.hold.pass(gone);
  const { kind, bytesSent } = await playPlan(response, plan, { gone, stopping: parts.stopping });
  parts.counts[kind]++;
  parts.book.note({ kind, ...lineHead(arrival, new Date()), bytesSent });
}
