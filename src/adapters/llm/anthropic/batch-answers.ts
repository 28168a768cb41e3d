import { classifyFailure } from '../../../domain/llm/failure-class';
import { redact } from '../../../domain/llm/redact';
import type { BatchAnswer, ProviderFailureFacts, RequestEnd } from '../provider';
import { IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';
import { readMessage } from './read-message';

/** One line of the results, as far as it is used. */
interface ResultLine {
  custom_id?: unknown;
  result?: { type?: unknown; message?: object | null; error?: ResultError | null } | null;
}

interface ResultError {
  error?: { type?: unknown; message?: unknown } | null;
  request_id?: unknown;
}

/** Anthropic allows 64. */
const ID_CHARS_MAX = 64;

const NOT_PROCESSED: ReadonlyMap<unknown, string> = new Map([
  ['expired', 'the batch expired before it was processed'],
  ['canceled', 'the batch was cancelled before it was processed'],
]);

/** The statuses of the endpoint itself: a line names an error by its type alone. */
const STATUSES: ReadonlyMap<unknown, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** Null for a line that is no JSON, or names no request. */
export function customIdOfLine(text: string): string | null {
  const id = parse(text)?.custom_id;
  return typeof id === 'string' && id.length <= ID_CHARS_MAX ? id : null;
}

/** A line that is no JSON, or names no request, answers nothing: null. Its request counts as unanswered. */
export function readResultLine(text: string, secrets: readonly string[]): BatchAnswer | null {
  const customId = customIdOfLine(text);
  return customId === null ? null : { customId, ...endOf(parse(text)?.result ?? {}, secrets) };
}

function endOf({ type, message, error }: NonNullable<ResultLine['result']>, secrets: readonly string[]): RequestEnd {
  if (type === 'succeeded') return answerOf(message ?? {}, secrets);
  if (type === 'errored') return { failure: refusalOf(error ?? {}, secrets) };
  const notProcessed = NOT_PROCESSED.get(type);
  return notProcessed === undefined ? { failure: unknownAfter('neither an answer nor an error') } : { notProcessed };
}

function answerOf(message: object, secrets: readonly string[]): RequestEnd {
  try {
    const answer = readMessage(message);
    return { answer: { ...answer, model: redact(answer.model, secrets, 200) } };
  } catch (error) {
    // A parser's message may quote the answer.
    return {
      failure: unknownAfter(
        error instanceof IncompleteAnswer ? error.message : 'the answer is of no shape that is known',
      ),
    };
  }
}

/** In the same classes as an answer of the endpoint itself. Anthropic bills no request that ended in an error. */
function refusalOf(error: ResultError, secrets: readonly string[]): ProviderFailureFacts {
  const status = STATUSES.get(error.error?.type) ?? 500;
  const verdict = classifyFailure({ status, headers: {}, body: error, nowMs: 0 });
  return {
    class: verdict.class,
    detail: redact(verdict.message, secrets),
    retryAfterMs: null,
    status,
    maybeBilled: false,
    providerRequestId: label(error.request_id),
  };
}

function unknownAfter(detail: string): ProviderFailureFacts {
  return { class: 'unknown', detail, retryAfterMs: null, status: 200, maybeBilled: true };
}

function parse(text: string): ResultLine | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null; // half a line: its request is not answered by it
  }
}
