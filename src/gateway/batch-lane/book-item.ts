import type { ProviderFailureFacts } from '../../adapters/llm/provider';
import type { NodePatch } from '../../adapters/postgres/ledger-types';
import type { SentItem } from '../../adapters/postgres/llm-batch-items';
import { messageOf } from '../../domain/kernel/message-of';
import type { ChatAnswer } from '../../domain/llm/chat';
import { priceOfVersion } from '../../domain/llm/price-version';
import { costOf } from '../../domain/llm/pricing';
import { attemptKeyOf } from '../../domain/kernel/ids';
import { redact } from '../../domain/llm/redact';
import type { Parts } from '../parts';
import { recordingOf } from '../recording';
import { settleSurely, untilDone } from '../store-answer';
import type { CallFacts, GatewayCall } from '../types';

/** Books an item's answer as any answer is booked: large payloads first, then all else in one transaction. Twice changes nothing. */
export async function bookItemAnswer(
  parts: Parts,
  item: SentItem,
  call: GatewayCall,
  answer: ChatAnswer,
  latencyMs: number,
): Promise<void> {
  const { callKey, n, epoch, requestHash, priceVersion } = item;
  const costMicroUsd = costOf(priceOfVersion(priceVersion), answer.usage);
  const facts: CallFacts = {
    ...{ attemptKey: attemptKeyOf(callKey, n), costMicroUsd, usage: answer.usage, latencyMs, requestHash },
  };
  const patience = { withinMs: parts.settleWithinMs, log: parts.deps.log, callKey, what: 'payloads' };
  const stored = await untilDone(() => call.buildArtifacts(answer, facts), patience);
  const result = {
    ...{ callKey, n, epoch, outcome: 'answered' as const, actualMicroUsd: costMicroUsd },
    ...{ inputTokens: answer.usage.inputTokens, outputTokens: answer.usage.outputTokens },
    ...{ model: answer.model || call.request.model, finishReason: answer.finishReason },
    ...{ providerRequestId: answer.providerRequestId, artifactRef: stored.resultRef, artifacts: stored.artifacts },
    ...{ node: stored.node, recording: recordingOf(call, requestHash, answer, costMicroUsd) },
  };
  await settleSurely(parts.commits, result, parts.settleWithinMs, parts.deps.log);
}

/** Void when nothing was billed for it, else unknown at its maximum; counted as the model's failure. */
export function bookItemFailure(parts: Parts, item: SentItem, facts: ProviderFailureFacts): Promise<void> {
  const { class: failureClass, detail, maybeBilled, providerRequestId } = facts;
  const node = retrying(`The model failed (${failureClass}): ${detail}`);
  return end(parts, item, {
    outcome: maybeBilled ? 'unknown' : 'failed',
    failureClass,
    failure: detail,
    providerRequestId,
    node,
  });
}

/** The provider did not process it: nothing is billed, and no failure of the model is counted. */
export function bookNotProcessed(parts: Parts, item: SentItem, why: string): Promise<void> {
  const node = retrying(`Its batch ended before it was processed: ${why}`);
  return end(parts, item, { outcome: 'failed', failureClass: 'not-processed', failure: why, node });
}

/** The answer is paid, and cannot be stored or made again into its call. */
export function bookItemUnstored(parts: Parts, item: SentItem, error: unknown): Promise<void> {
  const detail = `answered, but not stored: ${redact(messageOf(error), [])}`;
  return bookItemFailure(parts, item, { class: 'unknown', detail, retryAfterMs: null, status: 200, maybeBilled: true });
}

async function end(
  parts: Parts,
  { callKey, n, epoch }: SentItem,
  how: {
    outcome: 'failed' | 'unknown';
    failureClass: string;
    failure: string;
    providerRequestId?: string;
    node: NodePatch;
  },
): Promise<void> {
  await settleSurely(parts.commits, { callKey, n, epoch, ...how }, parts.settleWithinMs, parts.deps.log);
}

function retrying(reason: string): NodePatch {
  return { status: 'running', reasonCode: 'retrying', reason };
}
