import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { APIConnectionError, APIError } from 'openai';
import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type { Stream } from 'openai/streaming';
import type { ChatAnswer, Usage } from '../../../domain/llm/chat';
import { ProviderFailure, type Background, type BackgroundCall, type ProviderCall } from '../provider';
import { attemptHeaders } from '../wire/attempt-headers';
import { guardedAttempt, type OpenAttempt, type Wire } from '../wire/guarded-attempt';
import { IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';
import { hasEnded, readResponse, usageOf } from './read-response';
import { responseToWire, type ResponsesDialect } from './responses-to-wire';

/** A stream may stand still while the response is queued; then the response is asked for, which also finds a dead stream. */
const SILENCE_MS = 10_000;
const POLL_MS_MIN = 250;
const POLL_MS_MAX = 5_000;
const CANCEL_WITHIN_MS = 10_000;
/** Asking again brings the same. */
const FINAL_STATUS = new Set([400, 401, 403, 404]);

/** What is known of a response while it is asked for. */
interface Known {
  id: string | null;
  over: boolean;
}

/** OpenAI's Responses API with `background: true`: the stream while it lasts, after that the response by its id. */
export class OpenAiBackground implements Background {
  constructor(
    private readonly client: OpenAI,
    private readonly dialect: ResponsesDialect,
    private readonly wire: Omit<Wire, 'terminator'>,
  ) {}

  start(call: BackgroundCall): Promise<ChatAnswer> {
    const known: Known = { id: null, over: false };
    return this.#attempt(call, known, async (client, attempt) => {
      const stream = await client.responses.create(responseToWire(call.request, call.attemptKey, this.dialect), {
        headers: attemptHeaders(call.attemptKey),
        signal: attempt.signal,
        timeout: attempt.timeoutMs,
      });
      attempt.accepted();
      return (await follow(stream, known, call, attempt)) ?? (await poll(client, known, attempt));
    });
  }

  resume(responseId: string, call: ProviderCall): Promise<ChatAnswer> {
    const known: Known = { id: responseId, over: false };
    return this.#attempt(call, known, (client, attempt) => poll(client, known, attempt));
  }

  async cancel(responseId: string): Promise<Usage | null> {
    const client = this.client.withOptions({ fetch }); // no attempt is around it
    return usageOf(await client.responses.cancel(responseId, { timeout: CANCEL_WITHIN_MS }));
  }

  async #attempt(
    call: ProviderCall,
    known: Known,
    ask: (client: OpenAI, attempt: OpenAttempt) => Promise<Response>,
  ): Promise<ChatAnswer> {
    try {
      return await guardedAttempt(call, { ...this.wire, terminator: null }, async (attempt) => {
        const response = await ask(this.client.withOptions({ fetch: attempt.fetch }), attempt);
        known.over = true;
        return readResponse(response);
      });
    } catch (error) {
      // Once it has an id it was accepted, whatever a later request for it comes to.
      if (known.id === null || !ProviderFailure.is(error)) throw error;
      throw new ProviderFailure({ ...error.facts, maybeBilled: true, responseOver: known.over });
    }
  }
}

/** Reads the stream to its last event. Null when it ends before: the response goes on without it. */
async function follow(
  stream: Stream<ResponseStreamEvent>,
  known: Known,
  call: BackgroundCall,
  { signal, progressed }: OpenAttempt,
): Promise<Response | null> {
  const silence = setTimeout(() => stream.controller.abort(), SILENCE_MS);
  try {
    for await (const event of stream) {
      silence.refresh();
      if (known.id === null) await named(event, known, call);
      progressed(event.type === 'response.output_text.delta' ? event.delta : undefined);
      if ('response' in event && hasEnded(event.response)) return event.response;
    }
  } catch (error) {
    if (known.id === null || signal.aborted) throw error;
  } finally {
    clearTimeout(silence);
  }
  return null;
}

async function named(event: ResponseStreamEvent, known: Known, call: BackgroundCall): Promise<void> {
  const id = 'response' in event ? label(event.response.id) : undefined;
  if (id === undefined) return;
  known.id = id;
  await call.onResponse(id);
}

/** Asks until it has ended; what may pass is waited for, up to the attempt's own deadline. */
async function poll(client: OpenAI, known: Known, { signal, progressed, timeoutMs }: OpenAttempt): Promise<Response> {
  if (known.id === null) throw new IncompleteAnswer('the stream ended before it named the response', true);
  const options = { headers: { 'accept-encoding': 'identity' }, signal, timeout: timeoutMs };
  for (let waitMs = POLL_MS_MIN; ; waitMs = Math.min(2 * waitMs, POLL_MS_MAX)) {
    const asked = client.responses.retrieve(known.id, {}, options);
    const response = await asked.catch((error: unknown) => mayPass(error, known, signal));
    if (response && hasEnded(response)) return response;
    if (response) progressed();
    await sleep(waitMs, undefined, { signal });
  }
}

/** Null for what a later look may find mended. @throws everything else */
function mayPass(error: unknown, known: Known, signal: AbortSignal): null {
  const status = error instanceof APIError ? (error.status as number | undefined) : undefined;
  const passes = error instanceof APIConnectionError || (status !== undefined && !FINAL_STATUS.has(status));
  if (passes && !signal.aborted) return null;
  known.over = status === 404;
  throw error;
}
