import type { ProviderNames } from '../adapters/llm/names';
import { loadCallResult, type CallResult } from '../adapters/postgres/call-results';
import type { FinishReason } from '../domain/llm/chat';
import { requestHash } from '../domain/llm/request';
import type { GatewayDeps } from './deps';
import type { GatewayCall, GatewayResult } from './types';

export type StoredResultDeps = Pick<GatewayDeps, 'pool' | 'log'> & { providers: ProviderNames };

/** Paid before, by whomever: also when today's prompt differs, because a changed template must not pay again. */
export async function storedResult(deps: StoredResultDeps, call: GatewayCall): Promise<GatewayResult | null> {
  const stored = await loadCallResult(deps.pool, call.tenant, call.callKey);
  if (!stored) return null;
  if (requestHash(deps.providers.nameFor(call.request.model), call.request) !== stored.requestHash) {
    deps.log.warn(
      { callKey: call.callKey, paidFor: stored.requestHash },
      'the stored result of this call answers an older request',
    );
  }
  return toResult(stored);
}

function toResult(stored: CallResult): GatewayResult {
  const { artifactRef, inputTokens, outputTokens, model, finishReason, costMicroUsd: paidBeforeMicroUsd } = stored;
  return {
    resultRef: artifactRef,
    costMicroUsd: 0,
    paidBeforeMicroUsd,
    usage: { inputTokens, outputTokens },
    model,
    finishReason: finishReason as FinishReason,
    source: 'stored',
  };
}
