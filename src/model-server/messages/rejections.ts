import { InvariantError } from '../../domain/kernel/assert';
import { retryAfterHeaders } from '../faults/rejections';
import type { Fault } from '../faults/spec';
import { ApiError } from '../http/api-error';

/** The error answers of Anthropic, with the messages its clients have been seen to get. */
export function messagesRejectionOf(fault: Fault, model: string, nowMs: number): ApiError {
  switch (fault.kind) {
    case '429':
      return error(429, 'Number of requests has exceeded your rate limit.', null, retryAfterHeaders(fault, nowMs));
    case 'spend-cap':
      return error(429, 'You have reached your specified API usage limits.', 'enforced_spend_limit_reached');
    case '400':
      return error(400, 'Invalid request (a scripted fault).');
    case '401':
      return error(401, 'invalid x-api-key');
    case '402':
      return error(402, 'Your account cannot be charged. Please check your billing details.');
    case '403':
      return error(403, 'Your API key does not have permission to use the specified resource.');
    case '404':
      return error(404, `model: ${model}`);
    case '413':
      return error(413, 'Request exceeds the maximum size');
    case '500':
      return error(500, 'Internal server error');
    case '503':
      return error(503, 'Service unavailable');
    case '529':
      return error(529, 'Overloaded');
    default:
      throw new InvariantError(`messagesRejectionOf: fault ${fault.kind} rejects nothing`);
  }
}

function error(
  status: number,
  message: string,
  code: string | null = null,
  headers: Record<string, string> = {},
): ApiError {
  return new ApiError(status, { message, type: 'anthropic', param: null, code }, headers);
}
