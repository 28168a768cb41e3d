import { join } from 'node:path';
import { Router, type RequestHandler } from 'express';
import { openApiDocument } from './document';
import type { Route } from '../route';

/** Folder of the published files of Swagger UI; resolved from its package file, so that hoisting does not matter. */
const UI_FOLDER = join(require.resolve('swagger-ui-dist/package.json'), '..');
const UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'favicon-16x16.png'] as const;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Longhaul API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" sizes="32x32">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/initializer.js"></script>
  </body>
</html>
`;

/** A file of its own, because the content security policy forbids inline scripts; no validator, because it is remote. */
const INITIALIZER = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  layout: 'BaseLayout',
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  validatorUrl: null,
});
`;

/** `/openapi.json` and `/docs`: open to everybody, because they say nothing that the source does not. */
export function docsRouter(routes: readonly Route[], version: string): Router {
  const document = JSON.stringify(openApiDocument(routes, version));
  const router = Router();
  router.get('/openapi.json', (_req, res) => void res.type('application/json').send(document));
  router.get('/docs', (_req, res) => void res.type('text/html').send(PAGE));
  router.get('/docs/initializer.js', (_req, res) => void res.type('text/javascript').send(INITIALIZER));
  for (const file of UI_FILES) router.get(`/docs/${file}`, uiFile(file));
  return router;
}

function uiFile(file: string): RequestHandler {
  return (_req, res, next) => res.sendFile(file, { root: UI_FOLDER, maxAge: '1h' }, (error) => error && next(error));
}
