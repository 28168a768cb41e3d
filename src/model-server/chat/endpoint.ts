import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AcceptedLine } from '../book';
import { completionPlan, type AnswerHead } from '../delivery/completion';
import { playPlan } from '../delivery/play';
import type { DeliveryPlan } from '../delivery/plan';
import { streamPlan } from '../delivery/stream';
import { applyWireFault } from '../delivery/wire-faults';
import { ApiError } from '../http/api-error';
import { sendError } from '../http/respond';
import { LATENCY_MS_MAX } from '../latency';
import { SeededRandom } from '../seeded-random';
import type { ServerParts } from '../server-parts';
import { admit, arrivalOf, type Admitted, type Arrival } from './admission';

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
  const arrival = arrivalOf(incoming, requestId);
  const admitted = await admitOrReject(incoming, response, arrival, parts);
  if (admitted === null) return;
  const latencyMs = latencyOf(admitted, parts);
  parts.counts.accepted++;
  await parts.book.write(acceptedLine(arrival, admitted, latencyMs));
  await deliver(response, arrival, planOf(arrival, admitted, latencyMs), parts);
}

async function admitOrReject(
  incoming: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
  parts: ServerParts,
): Promise<Admitted | null> {
  try {
    const admitted = await admit(incoming, arrival, parts);
    if (admitted === null) response.destroy();
    return admitted;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    reject(response, arrival, error, parts);
    return null;
  }
}

function reject(response: ServerResponse, arrival: Arrival, error: ApiError, parts: ServerParts): void {
  parts.counts.rejected++;
  parts.book.note({
    kind: 'rejected',
    ...lineHead(arrival, arrival.arrivedAt),
    status: error.status,
    code: error.body.code,
    fault: arrival.fault?.kind ?? null,
  });
  sendError(response, error, arrival.requestId);
}

/** Drawn by request and by how often it came: the same call is slow in each run, its second try need not be. */
function latencyOf({ request, generation }: Admitted, parts: ServerParts): number {
  const repeat = parts.repeats.next(request.sha256);
  const drawnMs = parts.latency.draw(new SeededRandom(`latency/${parts.seed}/${request.sha256}/${repeat}`));
  return Math.min(LATENCY_MS_MAX, drawnMs + generation.delayMs);
}

function acceptedLine(arrival: Arrival, { request, generation }: Admitted, latencyMs: number): AcceptedLine {
  const answer = [
    generation.content,
    generation.refusal,
    ...generation.toolCalls.map((call) => call.name + call.argumentsJson),
  ];
  return {
    kind: 'accepted',
    ...lineHead(arrival, arrival.arrivedAt),
    inputTokens: generation.inputTokens,
    outputTokens: generation.outputTokens,
    bytes: Buffer.byteLength(answer.join('')),
    requestSha256: request.sha256,
    stream: request.stream,
    latencyMs,
    fault: arrival.fault?.kind ?? null,
  };
}

function planOf(arrival: Arrival, { request, generation, headers }: Admitted, latencyMs: number): DeliveryPlan {
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

/** Aborts when the connection closes, also when it already has: the client may leave while the book is written. */
function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed || response.socket?.destroyed === true) controller.abort();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(); // a needless abort costs a stack trace per answer
  });
  return controller.signal;
}

function lineHead({ requestId, attemptKey, model, agent }: Arrival, at: Date) {
  return { at: at.toISOString(), requestId, attemptKey, model, agent };
}
