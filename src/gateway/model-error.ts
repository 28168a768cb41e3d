import type { ProviderFailureFacts } from '../adapters/llm/provider';
import { LonghaulError } from '../domain/kernel/errors';
import type { CallFailure, GatewayCall } from './types';

/** Soon enough after a restart, seldom enough for a long outage: each try is an attempt row. */
const UNREACHABLE_WAIT_MS = 2_000;

export function toCallFailure(facts: ProviderFailureFacts): CallFailure {
  return {
    failureClass: facts.class,
    detail: facts.detail,
    retryAfterMs: facts.retryAfterMs,
    maybeBilled: facts.maybeBilled,
  };
}

/** The error of the table that a failed attempt becomes. `modelFailures` counts those of the node so far, this one included. */
export function toModelError(
  call: Pick<GatewayCall, 'callKey' | 'request' | 'timeoutMs'>,
  provider: string,
  facts: ProviderFailureFacts,
  modelFailures: number | null,
): LonghaulError {
  const { callKey, request, timeoutMs } = call;
  const { class: failureClass, detail } = facts;
  const common = {
    callKey,
    failureClass,
    detail,
    ...(facts.retryAfterMs === null ? {} : { retryAfterMs: facts.retryAfterMs }),
    ...(modelFailures === null ? {} : { modelFailures }),
  };
  switch (failureClass) {
    case 'unreachable':
      return new LonghaulError('ProviderUnreachable', {
        callKey,
        failureClass,
        detail,
        provider,
        waitedFor: 'provider',
        waitMs: facts.retryAfterMs ?? UNREACHABLE_WAIT_MS,
      });
    case 'timeout':
      return new LonghaulError('AgentTimeout', { ...common, timeoutMs, deadline: facts.deadline ?? 'total' });
    case 'spend-cap':
      return new LonghaulError('SpendCap', { ...common, provider });
    case 'permanent':
      return new LonghaulError('ModelRefused', { ...common, model: request.model });
    default:
      return new LonghaulError('ModelFailed', { ...common, model: request.model });
  }
}
