import type { ServerResponse } from 'node:http';
import type { ApiError } from './api-error';

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export function sendError(response: ServerResponse, error: ApiError, requestId: string): void {
  sendJson(response, error.status, { error: error.body }, { 'x-request-id': requestId, ...error.headers });
}
