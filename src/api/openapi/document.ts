import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  type ResponseConfig,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { openAiErrorSchema, problemDetailsSchema } from '../../contracts/api.schema';
import { ERRORS, LonghaulError, type ErrorCode } from '../../domain/kernel/errors';
import { TYPE_OF_FORMAT } from '../http/body';
import { openAiError, openAiStatus } from '../http/openai-error';
import type { Route } from '../route';

const SECURITY = 'bearer';

/** The OpenAPI 3.1 document, made from the same list of routes that the router is made from. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', SECURITY, { type: 'http', scheme: 'bearer' });
  for (const route of routes) registry.registerPath(pathOf(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Longhaul',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
  });
}

const DESCRIPTION = [
  'Durable LLM agent graphs. Money is integer micro-dollars, times are ISO 8601 in UTC, lists are pages with a cursor.',
  'Errors are `application/problem+json` with a `code` of one table and every finding in `problems`.',
  'POSTs that create take an `Idempotency-Key`: the same key and body give the first answer again.',
].join(' ');

function pathOf(route: Route): RouteConfig {
  return {
    method: route.method,
    path: route.path,
    operationId: route.operationId,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    security: route.open === true ? [] : [{ [SECURITY]: [] }],
    request: requestOf(route),
    responses: joined(repliesOf(route), errorsOf(route)),
  };
}

function requestOf(route: Route): RouteConfig['request'] {
  return {
    ...(route.params === undefined ? {} : { params: route.params as unknown as z.ZodObject }),
    ...(route.query === undefined ? {} : { query: route.query as unknown as z.ZodObject }),
    ...(route.idempotent === true ? { headers: idempotencyHeader } : {}),
    ...(route.body === undefined ? {} : { body: { required: true, content: bodyContent(route.body) } }),
  };
}

const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'Your own key for this request; valid for 24 hours.' }),
});

/** Only JSON shows the example: the other formats say the same with other punctuation. */
function bodyContent({ schema, documented = schema, formats, example }: NonNullable<Route['body']>) {
  return Object.fromEntries(
    formats.map((format) => [
      TYPE_OF_FORMAT[format],
      format === 'json'
        ? { schema: documented, example }
        : { schema: z.string().meta({ description: `The same as ${format}.` }) },
    ]),
  );
}

function repliesOf(route: Route): Record<string, ResponseConfig> {
  return Object.fromEntries(
    Object.entries(route.replies).map(
      ([status, { description, schema, example, contentType = 'application/json', events }]) => [
        status,
        schema === undefined
          ? { description }
          : { description, content: { [contentType]: { schema, example }, ...(events ? EVENTS : {}) } },
      ],
    ),
  );
}

const EVENTS = { 'text/event-stream': { schema: z.string() } };

/** A status may stand for an answer and for an error (503 of the probes): then the content type tells them apart. */
function joined(
  replies: Record<string, ResponseConfig>,
  errors: Record<string, ResponseConfig>,
): Record<string, ResponseConfig> {
  const both = { ...replies, ...errors };
  for (const [status, error] of Object.entries(errors)) {
    const reply = replies[status];
    if (reply === undefined) continue;
    both[status] = {
      description: `${error.description}, or: ${reply.description}`,
      content: { ...reply.content, ...error.content },
    };
  }
  return both;
}

/** Answers with the same status are one entry that names all their codes. */
function errorsOf(route: Route): Record<string, ResponseConfig> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(route)) {
    const status = route.errorFormat === 'openai' ? openAiStatus(code) : ERRORS[code].status;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.join(', '),
        content: errorContent(codes[0]!, route),
      },
    ]),
  );
}

function errorContent(code: ErrorCode, route: Route) {
  if (route.errorFormat === 'openai')
    return { 'application/json': { schema: openAiErrorSchema, example: openAiError(new LonghaulError(code)).body } };
  return { 'application/problem+json': { schema: problemDetailsSchema, example: exampleProblem(code, route) } };
}

function errorCodesOf(route: Route): Set<ErrorCode> {
  const codes = new Set<ErrorCode>(route.errors);
  if (route.open !== true) codes.add('Unauthorized').add('ServiceUnavailable');
  if (route.params !== undefined) codes.add('NotFound');
  if (route.query !== undefined || route.body !== undefined) codes.add('InvalidRequest');
  if (route.body !== undefined) codes.add('MalformedBody').add('BodyTooLarge').add('UnsupportedMediaType');
  if (route.idempotent === true) codes.add('IdempotencyKeyReused').add('IdempotencyInProgress');
  return codes;
}

function exampleProblem(code: ErrorCode, route: Route): z.infer<typeof problemDetailsSchema> {
  const { status, message } = new LonghaulError(code);
  const requestId = '6f1c3e8a-55c1-4f0e-9a53-0a6d1c1f6f0b';
  return {
    type: `urn:longhaul:error:${code}`,
    title: code,
    status,
    code,
    detail: message,
    instance: route.path,
    requestId,
    problems: [],
  };
}
