import type { IncomingMessage, ServerResponse } from 'node:http';
import { lineHead, type AcceptedLine } from '../book';
import { ApiError } from '../http/api-error';
import { goneSignal } from '../http/gone-signal';
import type { FirstAnswer } from '../idempotency';
import { LATENCY_MS_MAX } from '../latency';
import { SeededRandom } from '../seeded-random';
import type { ServerParts } from '../server-parts';
import type { Wire } from '../wire';
import { admit, arrivalOf } from './admission';
import type { Accepted, Admitted, Arrival } from './arrival';

/**
 * What every endpoint does first: read, decide (fault, limit), make the whole answer, write the billing line to the book
 * and wait until it is on disk. Null when the request was rejected or lost; then it is answered already.
 */
export async function accept(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  parts: ServerParts,
  wire: Wire,
): Promise<Accepted | null> {
  const arrival = arrivalOf(incoming, requestId);
  const admitted = await admitOrReject(incoming, response, arrival, parts, wire);
  if (admitted === null) return null;
  if (admitted.repeats !== null) return repeated(response, arrival, admitted, admitted.repeats, parts);
  const latencyMs = latencyOf(admitted, parts);
  parts.counts.accepted++;
  await parts.book.write(acceptedLine(arrival, admitted, latencyMs));
  if (admitted.idempotencyKey !== null) parts.idempotency.booked(admitted.idempotencyKey, response);
  return { ...admitted, arrival, latencyMs };
}

/** Under the first one's name and with its answer, at once; it waits while the first one is under way. */
async function repeated(
  response: ServerResponse,
  arrival: Arrival,
  admitted: Admitted,
  { key, requestId, arrivedAt }: FirstAnswer,
  parts: ServerParts,
): Promise<Accepted> {
  parts.counts.repeated++;
  await parts.idempotency.wait(key, goneSignal(response));
  const headers = { ...admitted.headers, 'idempotent-replayed': 'true' };
  return { ...admitted, headers, arrival: { ...arrival, requestId, arrivedAt }, latencyMs: 0 };
}

async function admitOrReject(
  incoming: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
  parts: ServerParts,
  wire: Wire,
): Promise<Admitted | null> {
  try {
    const admitted = await admit(incoming, arrival, parts, wire);
    if (admitted === null) response.destroy();
    return admitted;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    reject(response, arrival, error, parts, wire);
    return null;
  }
}

function reject(response: ServerResponse, arrival: Arrival, error: ApiError, parts: ServerParts, wire: Wire): void {
  parts.counts.rejected++;
  parts.book.note({
    kind: 'rejected',
    ...lineHead(arrival, arrival.arrivedAt),
    status: error.status,
    code: error.body.code,
    fault: arrival.fault?.kind ?? null,
  });
  const limits = wire.limitHeaders(parts.rateLimits.states(arrival.model), arrival.arrivedAt.getTime());
  const answered = new ApiError(error.status, error.body, { ...limits, ...error.headers });
  wire.sendError(response, answered, arrival.requestId);
}

/** Drawn by request and by how often it came: the same call is slow in each run, its second try need not be. */
function latencyOf({ request, generation }: Admitted, parts: ServerParts): number {
  const repeat = parts.repeats.next(request.sha256);
  const drawnMs = parts.latency.draw(new SeededRandom(`latency/${parts.seed}/${request.sha256}/${repeat}`));
  return Math.min(LATENCY_MS_MAX, drawnMs + generation.delayMs);
}

function acceptedLine(
  arrival: Arrival,
  { request, generation, idempotencyKey }: Admitted,
  latencyMs: number,
): AcceptedLine {
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
    ...(idempotencyKey === null ? {} : { idempotencyKey, answer: generation }),
  };
}
