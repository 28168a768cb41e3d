import type { MicroUsd } from '../../domain/kernel/money';
import type { ArtifactBus } from '../artifacts';
import type { LLMResponse } from './llm-response';

/** To which conversation a call belongs. */
export interface CallSubject {
  conversationId: string;
  agentId?: string;
  /** `main` by default. */
  branchId?: string;
}

/** One record per answered call that names its conversation. */
export interface CallMetrics extends CallSubject {
  model: string;
  inputTokens: number;
  outputTokens: number;
  costMicroUsd: MicroUsd | null;
  latencyMs: number;
  attempts: number;
}

export function callMetrics(
  subject: CallSubject,
  { model, inputTokens, outputTokens, metadata: { costMicroUsd, latencyMs, attempts } }: LLMResponse,
): CallMetrics {
  return { ...subject, model, inputTokens, outputTokens, costMicroUsd, latencyMs, attempts };
}

/** Publishes each record as an artifact of type `metrics` of its conversation. */
export function metricsTo(bus: Pick<ArtifactBus, 'publish'>, tenant: string): (metrics: CallMetrics) => Promise<void> {
  return async (metrics) => {
    const { conversationId, branchId, agentId, model, inputTokens, outputTokens, costMicroUsd, latencyMs } = metrics;
    await bus.publish(
      {
        ...{ tenant, sessionId: conversationId, branchId, agentId, type: 'metrics', mime: 'application/json' },
        ...{ model, inputTokens, outputTokens, latencyMs, costMicroUsd: costMicroUsd ?? undefined },
        tags: ['llm-call'],
      },
      Buffer.from(JSON.stringify(metrics)),
    );
  };
}
