import type { IncomingMessage, ServerResponse } from 'node:http';
import { accept } from '../chat/accept';
import type { Accepted } from '../chat/arrival';
import { openAiWire } from '../chat/wire';
import type { DeliveryPlan } from '../delivery/plan';
import { playPlan } from '../delivery/play';
import { wholePlan } from '../delivery/whole';
import { type ApiError, badRequest, notFound } from '../http/api-error';
import { goneSignal } from '../http/gone-signal';
import { sendJson } from '../http/respond';
import type { ServerParts } from '../server-parts';
import { responseBody } from './body';
import type { ResponseRecord } from './record';
import { parseResponseRequest, type ResponseRequest } from './request';
import { responseStream, spoiled } from './stream';
import type { Work } from './work';

const ROOT = '/v1/responses';

/** The Responses API: make one, read it (whole, or its stream from any event on), cancel it, forget it. */
export async function responses(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  parts: ServerParts,
): Promise<void> {
  const url = new URL(incoming.url!, 'http://model-server');
  const [id, action] = url.pathname.slice(ROOT.length + 1).split('/') as [string, string?];
  const target = `${incoming.method} ${action ?? ''}`;
  if (id === '' && target === 'POST ') return create(incoming, response, requestId, parts);
  const work = await parts.responses.find(id);
  if (work === undefined) throw notFoundResponse(id);
  if (target === 'GET ') return read(response, requestId, work, url.searchParams, parts);
  if (target === 'POST cancel') return cancel(response, work);
  if (target === 'DELETE ') return forget(response, work, parts);
  throw notFound(`Invalid URL (${incoming.method} ${url.pathname})`, 'unknown_url');
}

export function isResponsesPath(path: string): boolean {
  return path === ROOT || path.startsWith(`${ROOT}/`);
}

/** Stored before it is answered: whoever has read the id can come back with it. */
async function create(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  parts: ServerParts,
): Promise<void> {
  let request: ResponseRequest | undefined;
  const parse = (body: unknown) => {
    request = parseResponseRequest(body);
    return request.chat;
  };
  const accepted = await accept(incoming, response, requestId, parts, { ...openAiWire, parse });
  if (accepted === null) return;
  const record = recordOf(request!, accepted);
  const known = accepted.repeats === null ? undefined : await parts.responses.find(record.id);
  // Made again if it was not kept: that was counted and billed already.
  const counts = accepted.repeats === null ? parts.counts : { completed: 0, cut: 0 };
  const work = known ?? (await parts.responses.begin(record, counts));
  const headers = { ...accepted.headers, 'x-request-id': accepted.arrival.requestId };
  const { stream } = accepted.request;
  if (!stream && !work.record.background) await work.ended;
  const plan = stream ? responseStream(work, -1, headers) : wholePlan(bodyOf(work), headers, 0);
  await deliver(response, spoiled(plan, accepted.arrival.fault, stream), work, parts);
}

function recordOf({ background, store, echo }: ResponseRequest, accepted: Accepted): ResponseRecord {
  const { arrival, request, generation, latencyMs } = accepted;
  return {
    id: `resp_${arrival.requestId.slice('req_'.length)}`,
    createdAtMs: arrival.arrivedAt.getTime(),
    requestId: arrival.requestId,
    attemptKey: arrival.attemptKey,
    agent: arrival.agent,
    model: request.model,
    background,
    store,
    stream: request.stream,
    echo,
    generation,
    latencyMs,
    willFail: arrival.fault?.kind === 'response-failed',
    ended: null,
  };
}

async function read(
  response: ServerResponse,
  requestId: string,
  work: Work,
  query: URLSearchParams,
  parts: ServerParts,
): Promise<void> {
  const headers = { 'x-request-id': requestId };
  if (query.get('stream') !== 'true') return sendJson(response, 200, bodyOf(work), headers);
  if (!work.record.background || !work.record.stream) {
    throw badRequest('Only background responses that were created with stream=true can be streamed.', 'stream');
  }
  const after = Number(query.get('starting_after') ?? -1);
  if (!Number.isSafeInteger(after) || after < -1) throw badRequest('Expected a sequence number.', 'starting_after');
  await deliver(response, responseStream(work, after, headers), work, parts);
}

async function cancel(response: ServerResponse, work: Work): Promise<void> {
  if (!work.record.background) throw badRequest('Only background responses can be cancelled.', 'response_id');
  await work.cancel();
  sendJson(response, 200, bodyOf(work));
}

async function forget(response: ServerResponse, work: Work, parts: ServerParts): Promise<void> {
  await parts.responses.remove(work.record.id);
  sendJson(response, 200, { id: work.record.id, object: 'response', deleted: true });
}

/** A response that is interrupted ends its streams in order, without a last event, as OpenAI's do. */
async function deliver(response: ServerResponse, plan: DeliveryPlan, work: Work, parts: ServerParts): Promise<void> {
  const gone = AbortSignal.any([goneSignal(response), work.interrupted]);
  const played = await playPlan(response, plan, { gone, stopping: parts.stopping });
  work.bytesSent += played.bytesSent;
  if (!response.writableEnded) response.end();
}

function bodyOf({ record, status }: Work): object {
  return responseBody(record, status);
}

function notFoundResponse(id: string): ApiError {
  return notFound(`Response with id '${id}' not found.`);
}
