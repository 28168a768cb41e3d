import type { ErrorRequestHandler } from 'express';
import type { Log } from '../../adapters/log';
import { isPostgresDown } from '../../adapters/postgres';
import type { ProblemDetails } from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import { requestIdOf } from './request-id';

/** The last handler: every error becomes one problem+json answer, and nothing internal leaves the process. */
export function problemAnswer(log: Log): ErrorRequestHandler {
  return (thrown: unknown, req, res, next) => {
    const requestId = requestIdOf(req);
    const error = operatingError(thrown, req.path, requestId);
    if (error.status >= 500) log.error({ err: thrown, requestId, code: error.code }, 'request failed');
    // Once the head is out, only cutting the connection tells the client that the answer is not complete.
    if (res.headersSent) return next(thrown);
    if (error.status === 401) res.setHeader('www-authenticate', CHALLENGE);
    if (error.retryable) res.setHeader('retry-after', '1');
    res
      .status(error.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemDetails(error, req.path, requestId)));
  };
}

/** What a 401 has to name. */
export const CHALLENGE = 'Bearer realm="longhaul"';

function problemDetails(error: LonghaulError, instance: string, requestId: string): ProblemDetails {
  return {
    type: `urn:longhaul:error:${error.code}`,
    title: error.code.replace(/(?<=[a-z])(?=[A-Z])/g, ' '),
    status: error.status,
    code: error.code,
    detail: error.message,
    instance,
    requestId,
    problems: error.problems.map(({ path, message }) => ({ path, message })),
  };
}

/** What Express and its body reader throw has a `type` or a status; anything else unnamed is our defect. */
export function operatingError(thrown: unknown, path: string, requestId: string): LonghaulError {
  // Drivers put hosts and users into their messages; the log has them, the answer has not.
  if (isPostgresDown(thrown))
    return new LonghaulError('ServiceUnavailable', { service: 'PostgreSQL', detail: 'no connection' });
  if (LonghaulError.is(thrown)) return thrown;
  // A path with broken percent signs names nothing.
  if (thrown instanceof URIError) return new LonghaulError('NotFound', { what: 'Path', id: path.slice(0, 200) });
  const { type, status, limit } = (thrown ?? {}) as { type?: unknown; status?: unknown; limit?: unknown };
  if (type === 'entity.too.large') return new LonghaulError('BodyTooLarge', { limitBytes: Number(limit) });
  if (type === 'encoding.unsupported') return new LonghaulError('UnsupportedMediaType', UNKNOWN_ENCODING);
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new LonghaulError('MalformedBody', {
      format: 'text',
      detail: typeof type === 'string' ? type : 'it cannot be decoded',
    });
  return new LonghaulError('Internal', { requestId }, [], { cause: thrown });
}

const UNKNOWN_ENCODING = { contentType: 'this content-encoding', expected: 'gzip, deflate, br or none' };
