import { once } from 'node:events';
import { isNativeError } from 'node:util/types';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { LonghaulError } from '../domain/kernel/errors';
import { requireToken, tokenChecker } from './auth/bearer';
import type { ApiDeps } from './deps';
import { parseBody, readBody } from './http/body';
import { requestIdOf } from './http/request-id';
import { structureProblems } from './http/structure';
import { invalidRequest, valid } from './http/validate';
import type { Reply, RequestContext, Route } from './route';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Token, content type, size, shape, handler: in this order, so that a stranger costs as little as possible. */
export function mountRoutes(routes: readonly Route[], deps: ApiDeps): Router {
  const router = Router({ caseSensitive: true, strict: false });
  const checkToken = tokenChecker(deps.token);
  const authorised: RequestHandler = (req, _res, next) => {
    requireToken(checkToken, req.get('authorization'));
    next();
  };
  for (const route of routes) {
    const reader =
      route.body === undefined
        ? []
        : readBody(route.body.formats, route.body.limitBytes ?? deps.settings.api.bodyLimitBytes);
    const guards = route.open === true ? [] : [authorised];
    router[route.method](expressPath(route.path), ...guards, ...reader, async (req, res) => {
      const gone = goneSignal(res);
      const over = route.stream === true ? AbortSignal.any([gone, deps.streams.enter(res)]) : gone;
      try {
        await send(res, await route.handle(inputOf(req, route), contextOf(res, route, deps, over)), over);
      } catch (error) {
        if (!isBecauseGone(error, over)) throw error;
        res.destroy(); // a stream that the process ends is cut: its reader is to know that more would have come
      }
    });
  }
  for (const [path, methods] of methodsByPath(routes)) router.all(expressPath(path), refuseMethod(methods));
  return router;
}

function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function inputOf(req: Request, route: Route): { params: never; query: never; body: never } {
  return {
    params: paramsOf(req, route) as never,
    query: queryOf(req, route) as never,
    body: bodyOf(req, route) as never,
  };
}

/** Ids that cannot exist are unknown ids: 404, as for those of another tenant. */
function paramsOf(req: Request, { params: schema, path }: Route): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse({ ...req.params });
  if (parsed.success && structureProblems(parsed.data).length === 0) return parsed.data;
  throw new LonghaulError('NotFound', { what: ownerOf(path), id: Object.values(req.params).join('/').slice(0, 200) });
}

/** `/batches/{id}/cancel` is about a `Batch`. */
function ownerOf(path: string): string {
  const [, initial = 'P', rest = 'ath'] = /^\/(\w)(\w+?)e?s\//.exec(path) ?? [];
  return initial.toUpperCase() + rest;
}

function queryOf(req: Request, { query: schema }: Route): unknown {
  if (schema === undefined) return undefined;
  const problems = structureProblems({ ...req.query });
  if (problems.length > 0) throw invalidRequest('Query', problems);
  return valid(schema, { ...req.query }, 'Query');
}

function bodyOf(req: Request, route: Route): unknown {
  if (route.body === undefined) return undefined;
  const body = parseBody(req, route.body.formats);
  const problems = route.body.ownChecks === true ? [] : structureProblems(body);
  if (problems.length > 0) throw invalidRequest('Body', problems);
  return valid(route.body.schema, body, 'Body');
}

function goneSignal(res: Response): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new Error('the client has left'));
  });
  return gone.signal;
}

/** Nobody is there to be told. Timers and events put the signal's reason into an error of their own. */
function isBecauseGone(error: unknown, gone: AbortSignal): boolean {
  if (!gone.aborted) return false;
  return error === gone.reason || (isNativeError(error) && error.name === 'AbortError' && error.cause === gone.reason);
}

function contextOf(res: Response, route: Route, deps: ApiDeps, gone: AbortSignal): RequestContext {
  const { req } = res;
  const key = route.idempotent === true ? req.get('idempotency-key') : undefined;
  if (key !== undefined && !IDEMPOTENCY_KEY.test(key)) {
    throw invalidRequest('Headers', [
      { path: 'idempotency-key', message: 'Expected 1 to 255 visible ASCII characters.' },
    ]);
  }
  return {
    deps,
    tenant: deps.settings.tenant,
    requestId: requestIdOf(req),
    log: req.log,
    idempotencyKey: key ?? null,
    header: (name) => req.get(name),
    setHeader: (name, value) => void res.setHeader(name, value),
    gone,
  };
}

async function send(res: Response, reply: Reply, gone: AbortSignal): Promise<void> {
  res.status(reply.status);
  for (const [name, value] of Object.entries(reply.headers ?? {})) res.setHeader(name, value);
  if (reply.events !== undefined) await sendEvents(res, reply.events, gone);
  else if (reply.bytes !== undefined) res.end(reply.bytes);
  else if (reply.body === undefined) res.end();
  else res.type('application/json').send(JSON.stringify(reply.body));
}

/** A client that reads slowly is waited for, so that its events do not pile up here. */
async function sendEvents(res: Response, events: AsyncIterable<string>, gone: AbortSignal): Promise<void> {
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-accel-buffering', 'no'); // a proxy that gathers the answer first would make a stream of it no more
  res.type('text/event-stream');
  if (res.req.method === 'HEAD') return void res.end(); // who asks for a head waits for its end
  for await (const event of events) {
    gone.throwIfAborted();
    if (!res.write(event)) await once(res, 'drain', { signal: gone });
  }
  gone.throwIfAborted();
  res.end();
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes)
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : ['POST'])]);
  return methods;
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  return (req, res) => {
    res.setHeader('allow', methods.join(', '));
    throw new LonghaulError('MethodNotAllowed', { method: req.method, path: req.path, allowed: methods.join(', ') });
  };
}
