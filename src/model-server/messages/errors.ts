import type { ServerResponse } from 'node:http';
import type { ApiError } from '../http/api-error';
import { sendJson } from '../http/respond';

/** Anthropic names an error by its status; what is not here is an `api_error`. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** `code` is the stable name of the cause; most errors have none. */
export function wireError(type: string, message: string, code: string | null = null): object {
  return { type: 'error', error: { ...(code === null ? {} : { details: { error_code: code } }), type, message } };
}

export function sendMessagesError(response: ServerResponse, error: ApiError, requestId: string): void {
  sendJson(response, error.status, wireErrorOf(error, requestId), { 'request-id': requestId, ...error.headers });
}

/** Codes of the other wire mean nothing here, so only those of our own rejections go out. */
export function wireErrorOf({ status, body }: ApiError, requestId: string): object {
  const own = body.type === 'anthropic' ? body.code : null;
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { ...wireError(type, body.message, own), request_id: requestId };
}
