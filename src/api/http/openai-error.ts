import type { ErrorRequestHandler } from 'express';
import type { Log } from '../../adapters/log';
import type { OpenAiError } from '../../contracts/api.schema';
import { ERRORS, type ErrorCode, type LonghaulError } from '../../domain/kernel/errors';
import { CHALLENGE, operatingError } from './problem';
import { requestIdOf } from './request-id';

/** Where OpenAI's clients expect another status than the rest of the API gives. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  InvalidRequest: 400,
  UnknownModel: 404,
  BudgetExceeded: 402,
  SpendCap: 402,
  BudgetWait: 429,
  QueueTimeout: 429,
};

/** Words of OpenAI's that programs look for. */
const CODE: Partial<Record<ErrorCode, string>> = {
  Unauthorized: 'invalid_api_key',
  UnknownModel: 'model_not_found',
  BudgetExceeded: 'insufficient_quota',
  SpendCap: 'insufficient_quota',
  BudgetWait: 'rate_limit_exceeded',
  QueueTimeout: 'rate_limit_exceeded',
  RateLimited: 'rate_limit_exceeded',
};

/** Set once a call is written down. */
export const CALL_KEY_HEADER = 'x-longhaul-call-key';

export function openAiStatus(code: ErrorCode): number {
  return STATUS[code] ?? ERRORS[code].status;
}

/** An error of the table as OpenAI's clients read it. */
export function openAiError({ code, message, problems }: LonghaulError): { status: number; body: OpenAiError } {
  const status = openAiStatus(code);
  const [first] = problems;
  const findings = problems.map((problem) => `${problem.path}: ${problem.message}`).join(' ');
  return {
    status,
    body: {
      error: {
        message: findings === '' ? message : findings,
        type: typeOf(status),
        param: first?.path ?? null,
        code: CODE[code] ?? code,
      },
    },
  };
}

/** In the place of `problemAnswer` below `/v1`. */
export function openAiErrorAnswer(log: Log): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    const requestId = requestIdOf(req);
    const error = operatingError(thrown, req.path, requestId);
    if (error.status >= 500) log.error({ err: thrown, requestId, code: error.code }, 'request failed');
    if (res.headersSent) return next(thrown);
    const { status, body } = openAiError(error);
    if (status === 401) res.setHeader('www-authenticate', CHALLENGE);
    const mayGoOn = res.hasHeader(CALL_KEY_HEADER) && req.get('idempotency-key') === undefined;
    const isWorthIt = repeatingHelps(error, mayGoOn);
    res.setHeader('x-should-retry', String(isWorthIt));
    if (isWorthIt) res.setHeader('retry-after', '1');
    res.setHeader('x-longhaul-error', error.code);
    res.status(status).type('application/json').send(JSON.stringify(body));
  };
}

/**
 * OpenAI's clients repeat 409, 429 and 5xx by themselves; what the gateway has tried for minutes is not worth it, and a
 * call that may still go on would, without a key, be paid again under another name. 429 says that it is over.
 */
function repeatingHelps({ code, retryable }: LonghaulError, mayGoOn: boolean): boolean {
  const status = openAiStatus(code);
  if (status === 503) return retryable && !mayGoOn;
  return status === 429 || (status === 409 && !mayGoOn);
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 402) return 'insufficient_quota';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
