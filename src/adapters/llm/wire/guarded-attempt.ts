import type { ChatAnswer } from '../../../domain/llm/chat';
import { limitHeaders } from '../../../domain/llm/rate-headers';
import { redact } from '../../../domain/llm/redact';
import { ProviderFailure, type ProviderCall } from '../provider';
import { DeadlineWatch } from './deadline-watch';
import { toFailure, type ErrorReader } from './failure';
import { guardedFetch, requestIdOf, type GuardedResponse } from './guarded-fetch';
import { IncompleteAnswer } from './incomplete';

/** Twenty times the longest answer a model gives today; a 300 MB body took a process to 1 GB before it was capped. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

/** What an attempt has to know of the wire it runs on. */
export interface Wire {
  /** Never shown. */
  secrets: readonly string[];
  /** What the last event of a complete stream looks like; null where only who reads it can tell. */
  terminator: RegExp | null;
  readError: ErrorReader;
  maxResponseBytes?: number;
}

/** What a provider asks with. */
export interface OpenAttempt {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** For the client's own timer; ours comes first and says which deadline it was. */
  timeoutMs: number;
  /** The response's headers are there. */
  accepted(): void;
  /** The answer moved on, by this text or (a tool call, usage) by something else. Keep-alive bytes must not come here. */
  progressed(text?: string): void;
}

type Ask = (attempt: OpenAttempt) => Promise<ChatAnswer>;

/**
 * One attempt over HTTP, the same for every provider: deadlines, cancellation, the cap of the body, the end mark, and
 * one way from whatever was thrown to a classified failure.
 *
 * @throws ProviderFailure
 */
export async function guardedAttempt(call: ProviderCall, wire: Wire, ask: Ask): Promise<ChatAnswer> {
  if (call.signal.aborted) throw neverSent();
  const seen: GuardedResponse = { terminated: false, status: null, headers: {} };
  const watch = new DeadlineWatch(call.deadlines, call.signal);
  try {
    const answer = await ask(openAttempt(call, wire, watch, seen));
    if (watch.reason) throw watch.reason; // the clients end an aborted stream in silence
    if (wire.terminator && !seen.terminated)
      throw new IncompleteAnswer('the stream broke off before its end mark', true);
    return {
      ...answer,
      model: redact(answer.model, wire.secrets, 200),
      providerRequestId: requestIdOf(seen) ?? answer.providerRequestId,
    };
  } catch (error) {
    throw watch.reason ?? toFailure(error, seen, wire.secrets, wire.readError);
  } finally {
    watch.end();
  }
}

function openAttempt(call: ProviderCall, wire: Wire, watch: DeadlineWatch, seen: GuardedResponse): OpenAttempt {
  return {
    fetch: guardedFetch(wire.maxResponseBytes ?? MAX_RESPONSE_BYTES, wire.terminator, seen),
    signal: watch.signal,
    timeoutMs: call.deadlines.totalMs + 1000,
    accepted() {
      watch.progressed();
      call.onAccepted?.(limitHeaders(seen.headers));
    },
    progressed(text) {
      watch.progressed();
      if (text) call.onDelta?.(text);
    },
  };
}

/** Cancelled before a byte was sent: nothing can have been billed. */
function neverSent(): ProviderFailure {
  return new ProviderFailure({
    class: 'cancelled',
    detail: 'cancelled before it was sent',
    retryAfterMs: null,
    status: null,
    maybeBilled: false,
  });
}
