import { liveTextReader } from '../../adapters/redis/live-text';
import type { CompletionBody, CompletionChunk } from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import { LiveText } from '../../domain/llm/live-text';
import { openAiError } from '../http/openai-error';
import { operatingError } from '../http/problem';
import type { RequestContext } from '../route';
import { closingChunks, storedAnswer, textChunk, type StoredAnswer } from './completion-answer';
import type { AskedCall } from './completion-call';

/** Between two looks at the live text: looks smooth, and fifty readers are a thousand cheap commands a second. */
const LOOK_MS = 50;
/** Then the answer's head is sent and the connection kept alive; an error before it can still be a status. */
const SILENCE_MS = 10_000;
const KEEP_ALIVE = ': the call is under way\n\n';
const DONE = 'data: [DONE]\n\n';

/**
 * The events of one streamed answer. Text is shown as it arrives, and everything shown is the beginning of the stored
 * answer, or the stream ends with an error event: what an attempt said that broke off later counts for nothing.
 *
 * @throws what ends the call before its first event
 */
export async function* completionEvents(
  context: RequestContext,
  body: CompletionBody,
  call: AskedCall,
): AsyncGenerator<string> {
  const text = new LiveText();
  let begun = false;
  try {
    for await (const event of eventsOf(context, body, call, text)) {
      begun = true;
      yield event;
    }
  } catch (error) {
    if (!begun) throw error;
    context.log.warn({ err: error, callKey: call.callKey }, 'a stream ends with an error');
    yield data(openAiError(operatingError(error, '', context.requestId)).body);
  }
}

async function* eventsOf(
  context: RequestContext,
  body: CompletionBody,
  call: AskedCall,
  text: LiveText,
): AsyncGenerator<string> {
  const answer = storedAnswer(context.deps, context.tenant, call, context.gone);
  for await (const piece of livePieces(context, call, text, answer)) {
    yield piece === null ? KEEP_ALIVE : data(textChunk(call, body.model, piece, text.shown === piece));
  }
  const stored = await answer;
  const isFirst = text.shown === '';
  const rest = text.finish(stored.answer.content);
  if (rest === null) throw new LonghaulError('AnswerReplaced', { callKey: call.callKey });
  if (isFirst || rest !== '') yield data(textChunk(call, stored.result.model, rest, isFirst));
  for (const chunk of closingChunks(call, stored, body.stream_options?.include_usage === true)) yield data(chunk);
  yield DONE;
}

/** Text until the answer is there; null where only a sign of life is due. Redis away: nothing to show, nothing to fear. */
async function* livePieces(
  { deps: { redis, log }, tenant }: RequestContext,
  { callKey }: AskedCall,
  text: LiveText,
  answer: Promise<StoredAnswer>,
): AsyncGenerator<string | null> {
  const reader = redis && liveTextReader(redis, tenant, callKey);
  let isOver = false;
  const over = answer.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let silentSince = performance.now(); !isOver;) {
    const pieces = (await reader?.next().catch((err: unknown) => void log.debug({ err }, 'no live text'))) ?? [];
    const piece = pieces.map((next) => text.take(next)).join('');
    const isSilent = performance.now() - silentSince > SILENCE_MS;
    if (piece !== '' || isSilent) {
      silentSince = performance.now();
      yield piece === '' ? null : piece;
    }
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
}

function data(value: CompletionChunk | object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
