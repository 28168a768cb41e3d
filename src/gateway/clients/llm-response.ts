import type { MicroUsd } from '../../domain/kernel/money';
import type { ChatAnswer, FinishReason, ToolCall } from '../../domain/llm/chat';

/** What a model answered. */
export interface LLMResponse {
  content: string;
  /** The model that answered; may be more specific than the one asked for. */
  model: string;
  inputTokens: number;
  outputTokens: number;
  finishReason: FinishReason;
  toolCalls: ToolCall[];
  metadata: LLMResponseMetadata;
}

export interface LLMResponseMetadata {
  provider: string;
  providerRequestId?: string;
  /** Of the attempt that was answered. */
  latencyMs: number;
  /** Null where no price is known. */
  costMicroUsd: MicroUsd | null;
  /** How often it was asked, this answer included. */
  attempts: number;
  cachedInputTokens?: number;
}

export function llmResponse(
  answer: ChatAnswer,
  metadata: Omit<LLMResponseMetadata, 'providerRequestId' | 'cachedInputTokens'>,
): LLMResponse {
  const { content, model, finishReason, toolCalls, providerRequestId, usage } = answer;
  const { inputTokens, outputTokens, cachedInputTokens } = usage;
  return {
    ...{ content, model, finishReason, toolCalls, inputTokens, outputTokens },
    metadata: { ...metadata, providerRequestId, cachedInputTokens },
  };
}
