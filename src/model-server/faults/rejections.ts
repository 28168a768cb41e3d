import { InvariantError } from '../../domain/kernel/assert';
import { ApiError, badRequest } from '../http/api-error';
import type { Fault } from './spec';

/** The error answers of OpenAI, with the bodies its clients have been seen to get. */
export function rejectionOf(fault: Fault, model: string, nowMs: number): ApiError {
  switch (fault.kind) {
    case '429':
      return rateLimited(fault, nowMs);
    case 'spend-cap':
      return error(
        429,
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
        'insufficient_quota',
      );
    case '400':
      return badRequest('Invalid request (a scripted fault).', null, 'invalid_value');
    case '401':
      return error(401, 'Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key');
    case '402':
      return error(402, 'Insufficient credits.', 'insufficient_credits', 'insufficient_credits');
    case '403':
      return error(
        403,
        `Project does not have access to model \`${model}\`.`,
        'invalid_request_error',
        'model_not_found',
      );
    case '404':
      return error(
        404,
        `The model \`${model}\` does not exist or you do not have access to it.`,
        'invalid_request_error',
        'model_not_found',
      );
    case '413':
      return error(413, 'The request is too large.', 'invalid_request_error', 'request_too_large');
    case '503':
      return error(
        503,
        'That model is currently overloaded with other requests. You can retry your request.',
        'server_error',
        null,
      );
    case '500':
      return error(
        500,
        'The server had an error while processing your request. Sorry about that!',
        'server_error',
        null,
      );
    default:
      throw new InvariantError(`rejectionOf: fault ${fault.kind} rejects nothing`);
  }
}

function rateLimited(fault: Fault, nowMs: number): ApiError {
  return new ApiError(
    429,
    { message: 'Rate limit reached for requests', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    retryAfterHeaders(fault, nowMs),
  );
}

/** How long to wait, in the ways that the fault asks for; none is one of them. */
export function retryAfterHeaders({ settings }: Fault, nowMs: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const { 'retry-after': seconds, 'retry-after-ms': ms, 'retry-after-date': aheadSeconds } = settings;
  if (aheadSeconds !== undefined) headers['retry-after'] = new Date(nowMs + aheadSeconds * 1000).toUTCString();
  if (seconds !== undefined) headers['retry-after'] = String(seconds);
  if (ms !== undefined) headers['retry-after-ms'] = String(ms);
  return headers;
}

function error(status: number, message: string, type: string, code: string | null): ApiError {
  return new ApiError(status, { message, type, param: null, code });
}
