import { randomUUID } from 'node:crypto';
import { costOf } from '../domain/llm/pricing';
import type { Usage } from '../domain/llm/chat';
import type { PermitEnd } from '../domain/llm/rate-policy';
import type { Parts } from './parts';
import type { WantedPermit } from './permit-queue';
import type { Quote } from './quote';
import type { GatewayCall } from './types';

/** Under a new operation each time: one that was given up late must not take away what a later one holds. */
export function wantedPermit({ owner, deps }: Parts, call: GatewayCall, quote: Quote): WantedPermit {
  const { callKey, tenant, runId, flow = callKey, priority = 'interactive', weight, request } = call;
  return {
    operation: `${owner}|${callKey}@${randomUUID()}`,
    scope: deps.limits.scopeFor(quote.provider.name, request.model),
    tokens: quote.inputTokens + request.maxTokens,
    microUsd: quote.worstCaseMicroUsd,
    callKey,
    tenant,
    run: runId ?? flow,
    priority,
    weight,
  };
}

/** What a sent request turned out to need, when the provider said so. */
export function endOfPermit(quote: Quote, usage: Usage | undefined): PermitEnd {
  if (!usage) return { answered: false };
  const tokens = usage.inputTokens + usage.outputTokens;
  return { answered: true, needed: { tokens, microUsd: costOf(quote.price, usage) } };
}
