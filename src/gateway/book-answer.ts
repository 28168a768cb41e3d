import type { SettleAnswer } from '../adapters/postgres/ledger-types';
import { LonghaulError } from '../domain/kernel/errors';
import type { ChatAnswer } from '../domain/llm/chat';
import { costOf } from '../domain/llm/pricing';
import type { AttemptFrame } from './frame';
import { bookUnstored } from './book-failure';
import { crashPoint } from './crash-point';
import type { Parts } from './parts';
import { recordingOf } from './recording';
import { settleSurely, untilDone } from './store-answer';
import type { CallArtifacts, CallFacts, GatewayResult } from './types';

/** Somebody else has the call, or its result, by now: the next look finds it. */
const LOOK_AGAIN_MS = 250;

/**
 * Makes an answer that is paid for durable: large payloads first, then attempt, budgets, ledger, result, headers, node and
 * outbox in one transaction. The caller's cancellation does not stop this, because the money is gone.
 */
export async function bookAnswer(
  parts: Parts,
  frame: AttemptFrame,
  answer: ChatAnswer,
  latencyMs: number,
): Promise<GatewayResult> {
  const { attemptKey, quote } = frame;
  const facts = {
    attemptKey,
    latencyMs,
    usage: answer.usage,
    requestHash: quote.requestHash,
    costMicroUsd: costOf(quote.price, answer.usage),
  };
  const stored = await storePayloads(parts, frame, answer, facts);
  crashPoint('after-payload');
  frame.kept.closing = true;
  const settled = await settleSurely(
    parts.commits,
    settlement(frame, answer, facts, stored),
    parts.settleWithinMs,
    parts.deps.log,
  );
  crashPoint('after-settle');
  if (settled.artifactRef !== stored.resultRef) throw overtaken(frame, settled);
  frame.share?.end({ end: 'answered', n: frame.kept.n, answer, latencyMs });
  const { model, finishReason, usage } = answer;
  return {
    resultRef: stored.resultRef,
    costMicroUsd: facts.costMicroUsd,
    usage,
    model: model || frame.call.request.model,
    finishReason,
    source: 'paid',
    ...(answer.fallbackFrom ? { fallbackFrom: answer.fallbackFrom } : {}),
  };
}

/** A full disk is waited for; what never works is booked as unknown, for a row without its payload must not exist. */
async function storePayloads(
  parts: Parts,
  frame: AttemptFrame,
  answer: ChatAnswer,
  facts: CallFacts,
): Promise<CallArtifacts> {
  const { call } = frame;
  try {
    const patience = { withinMs: parts.settleWithinMs, log: parts.deps.log, callKey: call.callKey, what: 'payloads' };
    return await untilDone(() => call.buildArtifacts(answer, facts), patience);
  } catch (error) {
    throw await bookUnstored(parts, frame, error);
  }
}

function settlement({ kept, call }: AttemptFrame, answer: ChatAnswer, facts: CallFacts, stored: CallArtifacts) {
  const { callKey, n, epoch } = kept;
  return {
    callKey,
    n,
    epoch,
    outcome: 'answered' as const,
    actualMicroUsd: facts.costMicroUsd,
    inputTokens: facts.usage.inputTokens,
    outputTokens: facts.usage.outputTokens,
    model: answer.model || call.request.model,
    finishReason: answer.finishReason,
    providerRequestId: answer.providerRequestId,
    artifactRef: stored.resultRef,
    artifacts: stored.artifacts,
    node: stored.node,
    recording: recordingOf(call, facts.requestHash, answer, facts.costMicroUsd),
  };
}

/** This process lost the attempt while it waited for the answer. The money is booked; the result is another one's. */
function overtaken({ kept }: AttemptFrame, { answer }: SettleAnswer): LonghaulError {
  return new LonghaulError('CallLeased', {
    callKey: kept.callKey,
    leaseUntil: answer === 'late' ? 'its end' : 'now',
    waitMs: LOOK_AGAIN_MS,
    waitedFor: 'other-process',
  });
}
