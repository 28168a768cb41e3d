import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { batches, isBatchPath } from './batches/endpoint';
import { answerCall } from './chat/endpoint';
import { openAiWire } from './chat/wire';
import { control } from './control/endpoint';
import { ApiError, notFound } from './http/api-error';
import { getModel, listModels } from './http/models-endpoint';
import { sendJson } from './http/respond';
import { isMessageBatchPath, messageBatches } from './messages/batch-endpoint';
import { anthropicWire } from './messages/wire';
import { isResponsesPath, responses } from './responses/endpoint';
import type { ServerParts } from './server-parts';

/** Longer than clients keep idle connections, or they would race our closing with their next request. */
const KEEP_ALIVE_MS = 75_000;

/** The HTTP face: the paths of OpenAI and Anthropic under /v1, our own under /control. Does not listen yet. */
export function createModelServer(parts: ServerParts, log: Logger): Server {
  const server = createServer((incoming, response) => void answer(incoming, response, parts, log));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  parts: ServerParts,
  log: Logger,
): Promise<void> {
  const requestId = `req_${randomUUID().replaceAll('-', '')}`;
  response.on('error', (error) => log.debug({ requestId, error: error.message }, 'the connection broke'));
  try {
    await route(incoming, response, requestId, parts);
  } catch (error) {
    fail(incoming, response, requestId, error, log);
  }
}

async function route(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  parts: ServerParts,
): Promise<void> {
  const path = (incoming.url ?? '/').split('?', 1)[0]!;
  const target = `${incoming.method} ${path}`;
  if (target === 'POST /v1/chat/completions') return answerCall(openAiWire, incoming, response, requestId, parts);
  if (target === 'POST /v1/messages') return answerCall(anthropicWire, incoming, response, requestId, parts);
  if (isMessageBatchPath(path)) return messageBatches(incoming, response, path, parts);
  if (isBatchPath(path)) return batches(incoming, response, path, parts);
  if (isResponsesPath(path)) return responses(incoming, response, requestId, parts);
  if (path.startsWith('/control/')) return control(incoming, response, path, parts);
  if (target === 'GET /v1/models') return listModels(incoming, response);
  if (target.startsWith('GET /v1/models/')) return getModel(incoming, response, path.slice('/v1/models/'.length));
  if (target === 'GET /livez') return sendJson(response, 200, { status: 'ok' });
  throw notFound(`Invalid URL (${target})`, 'unknown_url');
}

function fail(
  incoming: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
  log: Logger,
): void {
  const left = incoming.destroyed && !incoming.complete;
  if (!(error instanceof ApiError) && !left) log.error({ requestId, err: error }, 'request failed');
  if (response.headersSent || response.destroyed) return void response.destroy();
  const wire = (incoming.url ?? '').startsWith('/v1/messages') ? anthropicWire : openAiWire;
  wire.sendError(response, error instanceof ApiError ? error : internalError(), requestId);
}

function internalError(): ApiError {
  return new ApiError(500, {
    message: 'The scripted model server failed; see its log.',
    type: 'server_error',
    param: null,
    code: 'internal',
  });
}
