import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isObject, type Fields } from '../chat/fields';
import { parseFault } from '../faults/spec';
import { ApiError, badRequest, notFound } from '../http/api-error';
import { readJson } from '../http/read-body';
import { sendJson } from '../http/respond';
import { parseLatency } from '../latency';
import { BATCH_MS_MAX } from '../options';
import type { ServerParts } from '../server-parts';

type Action = (parts: ServerParts, body: Fields) => void;

const FAULTS_MAX = 100;

/** What can be told a running server; each answers with the state after it. */
const ACTIONS: Record<string, Action> = {
  '/control/faults': (parts, body) =>
    parts.faults.set(textsOf(body['faults']).map((spec) => parsed(() => parseFault(spec)))),
  '/control/latency': (parts, body) => {
    parts.latency = parsed(() => parseLatency(String(body['latency'])));
  },
  '/control/batches': (parts, body) => {
    parts.batchMs = batchMsOf(body['batchMs']);
  },
  '/control/idempotency': (parts, body) => {
    parts.idempotency.isOn = switchOf(body['on']);
  },
  '/control/hold': (parts) => parts.hold.start(),
  '/control/release': (parts, body) => parts.hold.release(countOf(body['count'])),
};

/** @throws ApiError 403 off loopback, 404 for an unknown path, 415 without JSON, 400 for a bad body. */
export async function control(
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: ServerParts,
): Promise<void> {
  requireLoopback(incoming);
  if (incoming.method === 'GET' && path === '/control/log') return sendBook(response, parts);
  if (incoming.method === 'POST') await act(incoming, path, parts);
  else if (incoming.method !== 'GET' || path !== '/control/state')
    throw notFound(`No such endpoint: ${incoming.method} ${path}`);
  sendJson(response, 200, stateOf(parts));
}

async function act(incoming: IncomingMessage, path: string, parts: ServerParts): Promise<void> {
  const action = Object.hasOwn(ACTIONS, path) ? ACTIONS[path]! : null;
  if (action === null) throw notFound(`No such endpoint: POST ${path}`);
  requireJson(incoming);
  const body = await readJson(incoming);
  if (!isObject(body)) throw badRequest('Expected a JSON object.');
  action(parts, body);
}

function stateOf({ counts, faults, hold, latency, idempotency }: ServerParts): object {
  const inFlight = counts.accepted - counts.completed - counts.cut;
  return {
    ...counts,
    inFlight,
    ...hold.state,
    latency: latency.spec,
    idempotency: idempotency.isOn,
    faults: faults.counts,
  };
}

async function sendBook(response: ServerResponse, { book }: ServerParts): Promise<void> {
  await book.flushed();
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await pipeline(createReadStream(book.path), response);
}

/** Steering is for the same machine, whatever address the server listens on. */
function requireLoopback({ socket }: IncomingMessage): void {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (address === '::1' || address.startsWith('127.')) return;
  const message = 'The control endpoints answer on loopback only.';
  throw new ApiError(403, { message, type: 'invalid_request_error', param: null, code: 'loopback_only' });
}

/** A page in a browser may post forms to loopback, but JSON only with a leave that is never given. */
function requireJson({ headers }: IncomingMessage): void {
  if (/^application\/json\b/.test(headers['content-type'] ?? '')) return;
  throw new ApiError(415, {
    message: 'Send application/json.',
    type: 'invalid_request_error',
    param: null,
    code: null,
  });
}

function textsOf(value: unknown): string[] {
  const usable = Array.isArray(value) && value.length <= FAULTS_MAX && value.every((item) => typeof item === 'string');
  if (!usable) throw badRequest(`Expected {"faults": [up to ${FAULTS_MAX} strings]}.`, 'faults');
  return value;
}

function batchMsOf(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= BATCH_MS_MAX)
    return value as number;
  throw badRequest(`Expected a time from 0 to ${BATCH_MS_MAX} ms.`, 'batchMs');
}

function switchOf(value: unknown): boolean {
  if (typeof value !== 'boolean') throw badRequest('Expected true or false.', 'on');
  return value;
}

function countOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 1) throw badRequest('Expected a count >= 1.', 'count');
  return value as number;
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}
