import type { Log } from '../adapters/log';
import type { z } from 'zod';
import type { ErrorCode } from '../domain/kernel/errors';
import type { ApiDeps } from './deps';

/** What a request is besides its valid parts. */
export interface RequestContext {
  deps: ApiDeps;
  tenant: string;
  requestId: string;
  log: Log;
  /** null when the client sent none. */
  idempotencyKey: string | null;
  /** Lower-case name → value; for the few routes that need one (`if-none-match`). */
  header(name: string): string | undefined;
  /** Goes out with the answer, and with an error in its place. */
  setHeader(name: string, value: string): void;
  /** Aborted when the client has left before its answer was whole, and of a stream when the process ends. */
  gone: AbortSignal;
}

export interface Reply {
  status: number;
  body?: unknown;
  /** Sent as they are instead of `body`, with `content-type` from `headers`. */
  bytes?: Uint8Array;
  /** Sent one by one instead of `body`, as server-sent events. */
  events?: AsyncIterable<string>;
  headers?: Readonly<Record<string, string>>;
}

export type BodyFormat = 'json' | 'yaml' | 'ndjson';

export interface RouteBody<B> {
  schema: z.ZodType<B>;
  formats: readonly BodyFormat[];
  example: unknown;
  /** What the API document shows, where the check itself is more than a schema. */
  documented?: z.ZodType;
  /** The handler reports depth, size and forbidden keys together with everything else it finds. */
  ownChecks?: boolean;
  /** In place of the configured limit, for the few bodies that are larger by nature. */
  limitBytes?: number;
}

/** Everything about one endpoint: the router, the checks and the OpenAPI document are all made from it. */
export interface RouteSpec<P, Q, B> {
  method: 'get' | 'post' | 'put';
  /** With parameters in braces: `/runs/{id}`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  /** Served without a token. */
  open?: boolean;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: RouteBody<B>;
  /** `openai`: errors as OpenAI's clients read them, for what stands in OpenAI's place. */
  errorFormat?: 'openai';
  /** Whether `Idempotency-Key` is honoured: true for what creates. */
  idempotent?: boolean;
  replies: Readonly<
    Record<
      number,
      { description: string; schema?: z.ZodType; example?: unknown; contentType?: string; events?: boolean }
    >
  >;
  /** Answers with events until the client leaves: counted, and ended when the process ends. */
  stream?: boolean;
  /** Error answers beyond those that every route may give. */
  errors: readonly ErrorCode[];
  handle(input: { params: P; query: Q; body: B }, context: RequestContext): Promise<Reply>;
}

/** A route whose input types are known only to its own handler. */
export type Route = RouteSpec<never, never, never>;

/** Keeps the handler's input types tied to the schemas while lists of routes need not know them. */
export function route<P = undefined, Q = undefined, B = undefined>(spec: RouteSpec<P, Q, B>): Route {
  return spec as unknown as Route;
}
