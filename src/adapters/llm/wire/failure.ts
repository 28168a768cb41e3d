import { messageOf } from '../../../domain/kernel/message-of';
import { classifyFailure } from '../../../domain/llm/failure-class';
import { limitHeaders } from '../../../domain/llm/rate-headers';
import { redact } from '../../../domain/llm/redact';
import { ProviderFailure } from '../provider';
import { BodyTooLarge, requestIdOf, type GuardedResponse } from './guarded-fetch';
import { ErrorEvent, IncompleteAnswer } from './incomplete';

/** How a provider's client reports what went wrong: the part of a failure that differs between clients. */
export interface ErrorReader {
  /** An error of the client's own; its message is the client's, and tells nothing of the socket. */
  isClientError(error: unknown): boolean;
  /** The client had no connection, or lost it. */
  isConnectionError(error: unknown): boolean;
  /** The error as the provider wrote it, or undefined when the client could not read it. */
  bodyOf(error: unknown): unknown;
}

/** Whatever went wrong in an attempt, as a classified failure whose text is safe to show and to store. */
export function toFailure(
  error: unknown,
  seen: GuardedResponse,
  secrets: readonly string[],
  reader: ErrorReader,
): ProviderFailure {
  const tooLarge = causesOf(error).find((cause) => cause instanceof BodyTooLarge);
  const verdict = classifyFailure({
    status: seen.status,
    headers: seen.headers,
    body: bodyOf(error, reader),
    transportCode: transportCode(error, reader),
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
    providerRequestId: requestIdOf(seen),
    limitHeaders: limitHeaders(seen.headers),
  });
}

/** For a body that is no JSON the clients put its text into the message, after the status. */
function bodyOf(error: unknown, reader: ErrorReader): unknown {
  if (error instanceof ErrorEvent) return error.event;
  if (!reader.isClientError(error) || reader.isConnectionError(error)) return null;
  return reader.bodyOf(error) ?? messageOf(error).replace(/^\d{3} /, '');
}

/** Node hides the socket's error code two causes deep. A broken stream may have none: `terminated`. */
function transportCode(error: unknown, reader: ErrorReader): string | undefined {
  if (error instanceof IncompleteAnswer) return error.began ? 'INCOMPLETE' : undefined;
  const causes = causesOf(error).filter((cause) => !reader.isClientError(cause));
  const coded = causes.find(({ code }) => typeof code === 'string');
  if (coded) return String(coded.code);
  const broken = causes.some(({ message }) => /terminated|aborted|other side closed|fetch failed/i.test(message));
  return broken || (reader.isConnectionError(error) && causes.length === 0) ? 'CONNECTION_LOST' : undefined;
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
