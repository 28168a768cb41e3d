import { APIConnectionError, APIError } from 'openai';
import { classifyFailure } from '../../../domain/llm/failure-class';
import { limitHeaders } from '../../../domain/llm/rate-headers';
import { redact } from '../../../domain/llm/redact';
import { ProviderFailure } from '../provider';
import { BodyTooLarge, type GuardedResponse } from './guarded-fetch';
import { ErrorEvent, IncompleteAnswer } from './read-stream';

/** Whatever went wrong in an attempt, as a classified failure whose text is safe to show and to store. */
export function toFailure(error: unknown, seen: GuardedResponse, secrets: readonly string[]): ProviderFailure {
  const tooLarge = causesOf(error).find((cause) => cause instanceof BodyTooLarge);
  const verdict = classifyFailure({
    status: seen.status,
    headers: seen.headers,
    body: bodyOf(error),
    transportCode: transportCode(error),
    nowMs: Date.now(),
  });
  // a message this adapter wrote itself; a parser's message may quote the answer
  const own = tooLarge ?? (error instanceof IncompleteAnswer ? error : null);
  return new ProviderFailure({
    class: verdict.class,
    detail: redact(own ? own.message : verdict.message, secrets),
    retryAfterMs: verdict.retryAfterMs ?? verdict.hintMs,
    status: seen.status,
    maybeBilled: verdict.maybeBilled,
    providerRequestId: seen.headers['x-request-id'],
    limitHeaders: limitHeaders(seen.headers),
  });
}

/** The error as the provider wrote it; for a body that is no JSON the client puts its text into the message. */
function bodyOf(error: unknown): unknown {
  if (error instanceof ErrorEvent) return error.event;
  if (!(error instanceof APIError) || error instanceof APIConnectionError) return null;
  return error.error ? { error: error.error } : error.message.replace(/^\d{3} /, '');
}

/** Node hides the socket's error code two causes deep. A broken stream may have none: `terminated`. */
function transportCode(error: unknown): string | undefined {
  if (error instanceof IncompleteAnswer) return error.began ? 'INCOMPLETE' : undefined;
  const causes = causesOf(error).filter((cause) => !(cause instanceof APIError));
  const coded = causes.find(({ code }) => typeof code === 'string');
  if (coded) return String(coded.code);
  const broken = causes.some(({ message }) => /terminated|aborted|other side closed|fetch failed/i.test(message));
  return broken || (error instanceof APIConnectionError && error.cause === undefined) ? 'CONNECTION_LOST' : undefined;
}

interface Cause {
  message: string;
  code?: unknown;
  cause?: unknown;
}

/** By shape and not by class: errors of another realm (a test's sandbox, a worker) are no instances of this one's Error. */
function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = [];
  for (let cause = error; isCause(cause) && causes.length < 5; cause = cause.cause) causes.push(cause);
  return causes;
}

function isCause(value: unknown): value is Cause {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}
