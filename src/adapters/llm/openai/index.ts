import OpenAI from 'openai';
import type { ChatAnswer } from '../../../domain/llm/chat';
import { limitHeaders } from '../../../domain/llm/rate-headers';
import { redact } from '../../../domain/llm/redact';
import { ProviderFailure, type Provider, type ProviderCall } from '../provider';
import { DeadlineWatch } from './deadline-watch';
import { toFailure } from './failure';
import { guardedFetch, type GuardedResponse } from './guarded-fetch';
import { IncompleteAnswer, readStream } from './read-stream';
import { attemptHeaders, toWire, type Dialect } from './to-wire';

/** Twenty times the longest answer a model gives today; a 300 MB body took a process to 1 GB before it was capped. */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

export interface OpenAiOptions {
  /** Shown in errors, limits and the ledger. */
  name: string;
  /** With `/v1`. */
  baseUrl: string;
  apiKey: string;
  dialect: Dialect;
  maxResponseBytes?: number;
}

/** OpenAI and everything that speaks its wire format, through the official client with its retries switched off. */
export class OpenAiProvider implements Provider {
  readonly name: string;
  readonly #client: OpenAI;

  constructor(private readonly options: OpenAiOptions) {
    this.name = options.name;
    this.#client = new OpenAI({
      apiKey: options.apiKey,
      baseURL: options.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: 'off', // its error log prints whole answers
    });
  }

  /** @throws ProviderFailure */
  async complete(call: ProviderCall): Promise<ChatAnswer> {
    if (call.signal.aborted) throw NEVER_SENT;
    const seen: GuardedResponse = { terminated: false, status: null, headers: {} };
    const watch = new DeadlineWatch(call.deadlines, call.signal);
    try {
      return await this.#ask(call, watch, seen);
    } catch (error) {
      throw watch.reason ?? toFailure(error, seen, [this.options.apiKey]);
    } finally {
      watch.end();
    }
  }

  async #ask(call: ProviderCall, watch: DeadlineWatch, seen: GuardedResponse): Promise<ChatAnswer> {
    const client = this.#client.withOptions({
      fetch: guardedFetch(this.options.maxResponseBytes ?? MAX_RESPONSE_BYTES, seen),
    });
    const stream = await client.chat.completions.create(toWire(call.request, call.attemptKey, this.options.dialect), {
      headers: attemptHeaders(call.attemptKey),
      signal: watch.signal,
      timeout: call.deadlines.totalMs + 1000, // ours comes first and says which deadline it was
    });
    watch.progressed();
    call.onAccepted?.(limitHeaders(seen.headers));
    const answer = await readStream(stream, () => watch.progressed());
    if (watch.reason) throw watch.reason; // the client ends an aborted stream in silence
    if (!seen.terminated) throw new IncompleteAnswer('the stream broke off before its end mark', true);
    return {
      ...answer,
      model: redact(answer.model, [this.options.apiKey], 200),
      providerRequestId: seen.headers['x-request-id'] ?? answer.providerRequestId,
    };
  }
}

/** Cancelled before a byte was sent: nothing can have been billed. */
const NEVER_SENT = new ProviderFailure({
  class: 'cancelled',
  detail: 'cancelled before it was sent',
  retryAfterMs: null,
  status: null,
  maybeBilled: false,
});
