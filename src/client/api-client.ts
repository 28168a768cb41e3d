import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Problem } from '../domain/kernel/errors';
import { readServerEvents, type ServerEvent } from './server-events';

/** The API answered with a problem document. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
  }
}

/** Nobody answered. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';
}

export interface ApiAddress {
  /** Without a slash at the end. */
  url: string;
  token: string | undefined;
}

/** An answer that takes longer is a broken one: the API starts things, it does not wait for them. */
const DEADLINE_MS = 30_000;
/** Of a stream, which says at least every five seconds that it lives, while somebody waits for its next word. */
const SILENCE_MS = 30_000;

/** An answer that was lost is asked for again this often, at first after 200 ms and then after ever longer. */
const CREATE_TRIES = 4;
const CREATE_AGAIN_MS = 200;

export interface Body {
  content: string;
  type: 'application/json' | 'application/yaml' | 'application/x-ndjson';
  idempotencyKey?: string;
}

export type Query = Record<string, string | number | undefined>;

/**
 * The REST API as a function: JSON in, JSON out, problems as errors.
 *
 * Every method throws ApiProblem for what the API refuses, ApiUnreachable when nobody answers, and the signal's reason
 * when it was aborted.
 */
export class ApiClient {
  constructor(private readonly address: ApiAddress) {}

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.send<T>('GET', pathWith(path, query), undefined, signal);
  }

  post<T>(path: string, document: unknown): Promise<T> {
    return this.send<T>('POST', path, { content: JSON.stringify(document), type: 'application/json' });
  }

  /**
   * A POST that makes something. It goes out under a key of its own and is repeated under it when the answer was lost:
   * without one, nobody could tell whether asking again starts a second run.
   */
  create<T>(path: string, document: unknown): Promise<T> {
    return this.underKey<T>('POST', path, document);
  }

  /** A PUT, repeated like that: what it changed may have been changed again meanwhile. */
  change<T>(path: string, document: unknown): Promise<T> {
    return this.underKey<T>('PUT', path, document);
  }

  private async underKey<T>(method: string, path: string, document: unknown): Promise<T> {
    const body: Body = { content: JSON.stringify(document), type: 'application/json', idempotencyKey: randomUUID() };
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.send<T>(method, path, body);
      } catch (error) {
        if (tries === CREATE_TRIES || !isWorthAsking(error)) throw error;
        await delay(CREATE_AGAIN_MS * 2 ** (tries - 1));
      }
    }
  }

  async send<T>(method: string, path: string, body?: Body, signal?: AbortSignal): Promise<T> {
    const { status, bytes } = await this.exchange(method, path, body, signal);
    const text = bytes.toString('utf8');
    if (text === '') return undefined as T;
    return parsed(text, () => new ApiProblem(status, 'UnexpectedAnswer', this.strange(status, text))) as T;
  }

  /** The answer as it is stored, whatever its type. */
  async bytes(path: string): Promise<Buffer> {
    return (await this.exchange('GET', path)).bytes;
  }

  /**
   * Server-sent events as they come, until the server ends the stream.
   *
   * @throws ApiUnreachable also when the stream breaks off, or is silent for so long that it must be broken
   */
  async *events(path: string, query: Query = {}, signal?: AbortSignal): AsyncGenerator<ServerEvent> {
    const silence = new AbortController();
    const waiting = () => setTimeout(() => silence.abort(new Error(`silent for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
    let timer = waiting();
    const heard = { came: () => clearTimeout(timer), wanted: () => void (timer = waiting()) };
    try {
      const stop = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
      const response = await this.request('GET', pathWith(path, query), stop);
      if (!response.ok) throw this.problemOf(response.status, await response.text());
      yield* readServerEvents(bytesOf(response, heard));
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof ApiProblem ? error : this.unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async exchange(
    method: string,
    path: string,
    body?: Body,
    signal?: AbortSignal,
  ): Promise<{ status: number; bytes: Buffer }> {
    const { status, ok, bytes } = await this.fetch(method, path, body, signal);
    if (ok) return { status, bytes };
    throw this.problemOf(status, bytes.toString('utf8'));
  }

  private async fetch(method: string, path: string, body?: Body, signal?: AbortSignal) {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    try {
      const response = await this.request(method, path, signal ? AbortSignal.any([signal, deadline]) : deadline, body);
      return { status: response.status, ok: response.ok, bytes: Buffer.from(await response.arrayBuffer()) };
    } catch (error) {
      signal?.throwIfAborted();
      throw this.unreachable(error);
    }
  }

  private request(method: string, path: string, signal: AbortSignal, body?: Body): Promise<Response> {
    const { url, token } = this.address;
    const headers = {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': body.type } : {}),
      ...(body?.idempotencyKey ? { 'idempotency-key': body.idempotencyKey } : {}),
    };
    return fetch(`${url}${path}`, { method, headers, body: body?.content, signal, redirect: 'error' });
  }

  private unreachable(error: unknown): ApiUnreachable {
    return new ApiUnreachable(
      `The API at ${this.address.url} does not answer: ${reasonOf(error)}. Is \`longhaul up\` running? See \`longhaul doctor\`.`,
    );
  }

  private problemOf(status: number, text: string): ApiProblem {
    const unexpected = new ApiProblem(status, 'UnexpectedAnswer', this.strange(status, text));
    const document = parsed(text, () => unexpected);
    const { code, detail, problems } = (document ?? {}) as { code?: string; detail?: string; problems?: Problem[] };
    if (typeof code !== 'string' || typeof detail !== 'string') return unexpected;
    return new ApiProblem(status, code, detail, Array.isArray(problems) ? problems : []);
  }

  private strange(status: number, text: string): string {
    return `${this.address.url} answered HTTP ${status} with something that is no answer of this API. Is it the right address? It began: ${text.slice(0, 200)}`;
  }
}

function pathWith(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** The time between `came` and `wanted` is the reader's own: however long it works, the stream is not silent. */
async function* bytesOf(
  { body }: Response,
  heard: { came: () => void; wanted: () => void },
): AsyncGenerator<Uint8Array> {
  for await (const bytes of body ?? []) {
    heard.came();
    yield bytes;
    heard.wanted();
  }
}

/** Nobody answered, or the first request of this key is still being answered. */
function isWorthAsking(error: unknown): boolean {
  return error instanceof ApiUnreachable || (error instanceof ApiProblem && error.code === 'IdempotencyInProgress');
}

/** @throws what `otherwise` makes when the text is no JSON */
function parsed(text: string, otherwise: () => ApiProblem): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw otherwise();
  }
}

/** The failure of one address among several has no message of its own, only a code. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
