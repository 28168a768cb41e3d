import type { ProviderCall } from '../adapters/llm/provider';
import type { ChatAnswer, Usage } from '../domain/llm/chat';
import { deadlinesOf } from '../domain/llm/deadlines';
import { askInBackground } from './background';
import { believed } from './believed';
import { bookAnswer } from './book-answer';
import { bookFailure } from './book-failure';
import { breakerKey } from './breakers';
import { crashPoint } from './crash-point';
import type { AttemptFrame } from './frame';
import type { Parts } from './parts';
import type { CallContext, GatewayResult } from './types';
import type { Waiting } from './waiting';
import { endOfPermit } from './wanted-permit';

/**
 * Takes a reserved attempt to its end. Null when it was lost before it was sent: nothing was paid, ask again.
 *
 * @throws what the caller of the gateway is told
 */
export async function runAttempt(
  parts: Parts,
  frame: AttemptFrame,
  waiting: Waiting,
  context: CallContext,
): Promise<GatewayResult | null> {
  const { kept } = frame;
  const signal = AbortSignal.any([context.signal, kept.lost.signal]);
  let { sent } = frame;
  let released: Promise<void> | undefined;
  const release = (usage?: Usage) =>
    (released ??= parts.permits.release(kept.permit, sent ? endOfPermit(frame.quote, usage) : { unused: true }));
  parts.keeper.keep(kept);
  try {
    if (!sent) {
      await parts.permits.take(kept.permit, waiting, signal);
      ({ owned: sent } = await parts.commits.markSent.add(kept, signal));
      if (!sent) return null;
    }
    crashPoint('after-sent');
    const wanted = AbortSignal.any([frame.share?.signal ?? context.signal, kept.lost.signal]);
    const { answer, latencyMs } = await ask(parts, frame, wanted, context);
    void release(answer.usage); // the provider is done with it: its place is free while the answer is booked
    return await bookAnswer(parts, frame, answer, latencyMs);
  } catch (error) {
    if (!sent) await giveRoomBack(parts, frame);
    if (!sent && kept.lost.signal.aborted && !context.signal.aborted) return null;
    throw error;
  } finally {
    parts.keeper.drop(kept);
    await release();
  }
}

async function ask(
  parts: Parts,
  frame: AttemptFrame,
  signal: AbortSignal,
  context: CallContext,
): Promise<{ answer: ChatAnswer; latencyMs: number }> {
  const sentAt = performance.now();
  try {
    const answer = await complete(parts, frame, signal, context);
    crashPoint('after-answer');
    parts.breakers.answered(breakerKey(frame.quote, frame.call));
    return { answer, latencyMs: Math.round(performance.now() - sentAt) };
  } catch (error) {
    throw await bookFailure(parts, frame, error, context);
  }
}

/** @throws ProviderFailure */
async function complete(
  parts: Parts,
  frame: AttemptFrame,
  signal: AbortSignal,
  context: CallContext,
): Promise<ChatAnswer> {
  const { call, quote, attemptKey, kept } = frame;
  let offset = 0; // counted here, because who attaches later hears no beginning
  const providerCall: ProviderCall = {
    request: call.request,
    attemptKey,
    deadlines: deadlinesOf(call.timeoutMs),
    signal,
    onAccepted: (headers) => {
      crashPoint('after-accept');
      void parts.permits.arrived(kept.permit, headers);
    },
    onDelta: (text) => {
      context.onDelta?.({ n: kept.n, offset, text });
      offset += text.length;
    },
  };
  const inBackground = call.delivery === 'background';
  const answer = believed(
    await (inBackground ? askInBackground(parts, frame, providerCall) : quote.provider.complete(providerCall)),
  );
  return call.fallbackFrom ? { ...answer, fallbackFrom: call.fallbackFrom } : answer;
}

/** Never sent, so nothing can have been billed. When PostgreSQL is away the lease ends it instead. */
async function giveRoomBack({ commits, deps }: Parts, { kept }: AttemptFrame): Promise<void> {
  const { callKey, n, epoch } = kept;
  kept.closing = true;
  try {
    const failure = 'given up before it was sent';
    await commits.settle.add({ callKey, n, epoch, outcome: 'failed', failureClass: 'not-sent', failure });
  } catch (error) {
    deps.log.warn({ err: error, callKey: kept.callKey }, 'a reservation could not be given back; its lease ends it');
  }
}
