import type { RequestHandler } from 'express';
import type { Log } from '../../adapters/log';
import { pinoHttp } from 'pino-http';

/** Probes come every few seconds and say nothing new. */
const QUIET = new Set(['/livez', '/readyz']);

/**
 * One line per request: method, path, status, time, request id. Headers, query strings and bodies are left out
 * altogether rather than redacted by name: a list of secret names is always one name short.
 */
export function requestLog(logger: Log): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: (req) => req.id,
    autoLogging: { ignore: (req) => QUIET.has(pathOf(req.url)) },
    customLogLevel: (_req, res, error) => (error !== undefined || res.statusCode >= 500 ? 'error' : 'info'),
    serializers: {
      req: (req: { id: unknown; method: string; url: string }) => ({
        id: req.id,
        method: req.method,
        path: pathOf(req.url),
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
  });
}

function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0]!;
}
