import express, { type Express } from 'express';
import helmet from 'helmet';
import { LonghaulError } from '../domain/kernel/errors';
import type { ApiDeps } from './deps';
import { requestLog } from './http/log';
import { openAiErrorAnswer } from './http/openai-error';
import { problemAnswer } from './http/problem';
import { requestId } from './http/request-id';
import { mountRoutes } from './mount';
import { docsRouter } from './openapi/docs';
import { ROUTES } from './routes';

/** The REST API over injected services; it opens nothing and listens nowhere. */
export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  // Weak ETags of whole answers would hash every page; definitions carry a strong one of their own.
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(requestId);
  app.use(requestLog(deps.log));
  app.use(securityHeaders());
  app.use(docsRouter(ROUTES, deps.version));
  app.use(mountRoutes(ROUTES, deps));
  app.use((req) => {
    throw new LonghaulError('NotFound', { what: 'Path', id: `${req.method} ${req.path.slice(0, 200)}` });
  });
  app.use('/v1', openAiErrorAnswer(deps.log));
  app.use(problemAnswer(deps.log));
  return app;
}

/** Helmet's defaults without what needs TLS: on loopback, browsers would look for https that is not there. */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  });
}
