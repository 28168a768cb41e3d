import { ProviderFailure, type ProviderFailureFacts } from '../adapters/llm/provider';
import type { NodePatch } from '../adapters/postgres/ledger-types';
import { LonghaulError } from '../domain/kernel/errors';
import { messageOf } from '../domain/kernel/message-of';
import { redact } from '../domain/llm/redact';
import { breakerKey } from './breakers';
import type { AttemptFrame } from './frame';
import { toCallFailure, toModelError } from './model-error';
import type { Parts } from './parts';
import { bookUsed, endOfResponse, markOver } from './response-end';
import { settleSurely } from './store-answer';
import type { CallContext, CallFailure, GatewayCall } from './types';

/**
 * Books an attempt that brought no answer: void when it is proved that nothing was billed, else unknown at its maximum.
 * Returns what the caller is told.
 */
export async function bookFailure(
  parts: Parts,
  frame: AttemptFrame,
  error: unknown,
  context: CallContext,
): Promise<unknown> {
  const { call, kept, quote } = frame;
  const facts = ProviderFailure.is(error) ? error.facts : unforeseen(error);
  await parts.permits.failed(kept.permit, facts);
  parts.breakers.failed(breakerKey(quote, call), facts);
  const wasLost = kept.lost.signal.aborted;
  const used = await endOfResponse(parts, frame, facts, context);
  const modelFailures = await book(parts, frame, facts, patchOf(call, facts));
  if (used) await bookUsed(parts, frame, used);
  if (wasLost) return lost(frame);
  if (facts.class === 'cancelled') return context.signal.reason;
  if (!ProviderFailure.is(error)) return error;
  frame.share?.end({ end: 'failed', n: kept.n, facts });
  return toModelError(call, quote.provider.name, facts, modelFailures);
}

/** What was paid for a response that the provider no longer has stays unknown. Whoever shares it waits: the call is made anew. */
export async function bookGone(parts: Parts, frame: AttemptFrame, facts: ProviderFailureFacts): Promise<void> {
  await markOver(parts, frame);
  await book(parts, frame, { ...facts, class: 'unknown', maybeBilled: true }, undefined);
}

/** The answer came and could not be stored: its cost is known only to this process, so it counts as unknown. */
export async function bookUnstored(parts: Parts, frame: AttemptFrame, error: unknown): Promise<unknown> {
  const { detail } = unforeseen(error);
  const facts: ProviderFailureFacts = {
    class: 'unknown',
    detail: `answered, but not stored: ${detail}`,
    retryAfterMs: null,
    status: 200,
    maybeBilled: true,
  };
  const modelFailures = await book(parts, frame, facts, patchOf(frame.call, facts));
  if (!LonghaulError.is(error) || modelFailures === null) return error;
  return new LonghaulError(error.code, { ...error.params, modelFailures }, error.problems, { cause: error });
}

async function book(
  parts: Parts,
  { kept }: AttemptFrame,
  facts: ProviderFailureFacts,
  node: NodePatch | undefined,
): Promise<number | null> {
  const { callKey, n, epoch } = kept;
  kept.closing = true;
  const result = {
    callKey,
    n,
    epoch,
    outcome: facts.maybeBilled ? ('unknown' as const) : ('failed' as const),
    failureClass: facts.class,
    failure: facts.detail,
    providerRequestId: facts.providerRequestId,
    node,
  };
  return (await settleSurely(parts.commits, result, parts.settleWithinMs, parts.deps.log)).modelFailures;
}

/** A cancelled node's status is the workflow's to say. */
export function patchOf(call: GatewayCall, facts: ProviderFailureFacts): NodePatch | undefined {
  if (facts.class === 'cancelled') return undefined;
  const failure = toCallFailure(facts);
  return call.nodeOnFailure?.(failure) ?? defaultPatch(failure);
}

function defaultPatch({ failureClass, detail, retryAfterMs }: CallFailure): NodePatch {
  if (failureClass === 'unreachable') {
    return {
      status: 'running',
      reasonCode: 'waiting_for_provider',
      reason: `Waits for the provider, which cannot be reached: ${detail}`,
    };
  }
  const final = failureClass === 'permanent' || failureClass === 'spend-cap';
  return {
    status: failureClass === 'retryable-after' ? 'rate_limited' : 'running',
    reasonCode: final ? 'model_refused' : 'retrying',
    reason: `The model failed (${failureClass}): ${detail}`,
    nextTryMs: retryAfterMs ?? undefined,
  };
}

/** Neither the provider's word nor an answer: a defect of ours, after the request may have left. */
function unforeseen(error: unknown): ProviderFailureFacts {
  const detail = redact(messageOf(error), []);
  return { class: 'unknown', detail, retryAfterMs: null, status: null, maybeBilled: true };
}

function lost({ kept }: AttemptFrame): LonghaulError {
  return new LonghaulError('CallLeased', {
    callKey: kept.callKey,
    leaseUntil: 'its end',
    waitMs: 250,
    waitedFor: 'other-process',
  });
}
