import type { ProviderFailureFacts } from '../adapters/llm/provider';
import { reconcile } from '../adapters/postgres/ledger';
import { endResponse } from '../adapters/postgres/responses';
import type { Usage } from '../domain/llm/chat';
import { costOf } from '../domain/llm/pricing';
import type { AttemptFrame } from './frame';
import type { Parts } from './parts';
import { untilDone } from './store-answer';
import type { CallContext } from './types';

/**
 * What becomes of a background response whose attempt brings no answer: one that nobody wants is ended at the provider,
 * one that is over is marked so, before the attempt is booked, so that nobody asks for it again. Returns what a cancelled
 * one has used, if the provider says so.
 */
export async function endOfResponse(
  parts: Parts,
  frame: AttemptFrame,
  facts: ProviderFailureFacts,
  context: CallContext,
): Promise<Usage | null> {
  if (frame.responseId === undefined || frame.kept.lost.signal.aborted) return null;
  if (facts.responseOver) {
    await markOver(parts, frame);
    return null;
  }
  return facts.class === 'cancelled' && context.unwanted?.() ? cancel(parts, frame, frame.responseId) : null;
}

/** What was used is known although there is no answer: it replaces the maximum at which the attempt was booked. */
export async function bookUsed(
  { deps }: Parts,
  frame: AttemptFrame,
  { inputTokens, outputTokens }: Usage,
): Promise<void> {
  const { kept, quote, call } = frame;
  const actualMicroUsd = costOf(quote.price, { inputTokens, outputTokens });
  const item = { callKey: kept.callKey, n: kept.n, billed: true as const, actualMicroUsd, inputTokens, outputTokens };
  try {
    await reconcile(deps.pool, call.tenant, [item]);
  } catch (error) {
    deps.log.warn({ err: error, callKey: kept.callKey }, 'what a cancelled response used could not be booked');
  }
}

async function cancel(parts: Parts, frame: AttemptFrame, responseId: string): Promise<Usage | null> {
  try {
    const usage = (await frame.quote.provider.background?.cancel(responseId)) ?? null;
    await markOver(parts, frame);
    return usage;
  } catch (error) {
    // It goes on and is billed: the attempt stays unknown at its maximum until it is reconciled.
    parts.deps.log.warn({ err: error, responseId }, 'a response that nobody wants could not be cancelled');
    return null;
  }
}

/** The call's next attempt is a new one. */
export async function markOver({ deps, settleWithinMs }: Parts, { kept }: AttemptFrame): Promise<void> {
  const patience = { withinMs: settleWithinMs, log: deps.log, callKey: kept.callKey, what: 'end of response' };
  await untilDone(() => endResponse(deps.pool, kept), patience);
}
