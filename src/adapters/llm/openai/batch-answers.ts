import { redact } from '../../../domain/llm/redact';
import { classifyFailure } from '../../../domain/llm/failure-class';
import type { BatchAnswer, ProviderFailureFacts } from '../provider';
import { IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';
import { readCompletion } from './read-completion';

/** One line of an output or error file, as far as it is used. */
interface AnswerLine {
  custom_id?: unknown;
  response?: { status_code?: unknown; request_id?: unknown; body?: unknown } | null;
  error?: { code?: unknown; message?: unknown } | null;
}

/** The codes with which OpenAI says that a request was not processed. */
const NOT_PROCESSED = new Set(['batch_expired', 'batch_cancelled']);
/** Longer ones are no keys of ours. */
const KEY_CHARS_MAX = 4_096;

/** A line that is no JSON, or names no request, answers nothing: null. Its request counts as unanswered. */
export function readAnswerLine(text: string, secrets: readonly string[]): BatchAnswer | null {
  const line = parse(text);
  const customId = line?.custom_id;
  if (!line || typeof customId !== 'string' || customId.length > KEY_CHARS_MAX) return null;
  const { response, error } = line;
  if (response) return { customId, ...answerOf(response, secrets) };
  const said = typeof error?.message === 'string' ? error.message : 'neither an answer nor an error';
  const detail = redact(said, secrets);
  if (NOT_PROCESSED.has(String(error?.code))) return { customId, notProcessed: detail };
  return { customId, failure: unknownAfter(detail, null, undefined) };
}

function answerOf(
  { status_code: code, request_id: id, body }: NonNullable<AnswerLine['response']>,
  secrets: readonly string[],
) {
  const status = typeof code === 'number' ? code : null;
  const requestId = label(id);
  if (status !== 200) return { failure: refusalOf(status, body, requestId, secrets) };
  try {
    const answer = readCompletion(body ?? {});
    return {
      answer: {
        ...answer,
        model: redact(answer.model, secrets, 200),
        providerRequestId: requestId ?? answer.providerRequestId,
      },
    };
  } catch (error) {
    // A parser's message may quote the answer.
    const detail = error instanceof IncompleteAnswer ? error.message : 'the answer is of no shape that is known';
    return { failure: unknownAfter(detail, status, requestId) };
  }
}

/** In the same classes as an answer of the endpoint itself. */
function refusalOf(
  status: number | null,
  body: unknown,
  providerRequestId: string | undefined,
  secrets: readonly string[],
): ProviderFailureFacts {
  const verdict = classifyFailure({ status, headers: {}, body, nowMs: 0 });
  return {
    class: verdict.class,
    detail: redact(verdict.message, secrets),
    retryAfterMs: null,
    status,
    maybeBilled: verdict.maybeBilled,
    providerRequestId,
  };
}

function unknownAfter(
  detail: string,
  status: number | null,
  providerRequestId: string | undefined,
): ProviderFailureFacts {
  return { class: 'unknown', detail, retryAfterMs: null, status, maybeBilled: true, providerRequestId };
}

function parse(text: string): AnswerLine | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null; // half a line: its request is not answered by it
  }
}
