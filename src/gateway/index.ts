export type { NodePatch } from '../adapters/postgres/ledger-types';
export type { BatchCall, BatchGateway, Enqueued } from './batch-lane';
export { metricsTo, type CallMetrics, type CallSubject } from './clients/call-metrics';
export {
  AnthropicClient,
  LLMClient,
  OpenAIClient,
  type CompletionOptions,
  type LLMClientOptions,
  type QueryOptions,
} from './clients/llm-client';
export type { LLMResponse, LLMResponseMetadata } from './clients/llm-response';
export type { WireMessage, WireTool } from './clients/wire-messages';
export { type CassettePlayer, createCassettePlayer, type FoundAnswer } from './cassette-player';
export {
  CostTracker,
  type CostRecord,
  type CostTrackerOptions,
  type CostTrackerStatistics,
  type SpendStatistics,
} from './cost-tracker';
export { createGateway, type GatewayDeps } from './create-gateway';
export {
  LLMBatcher,
  type CompletionClient,
  type LLMBatchCallback,
  type LLMBatcherOptions,
  type LLMBatcherStatistics,
  type PromptMessage,
} from './llm-batcher';
export { openGateway, type OpenGatewayOptions } from './open-gateway';
export { certainlyDead, ownOwner } from './owner';
export { createRateLimiter, type RateLimiter, type RateLimiterStatistics } from './rate-limiter';
export type { ProviderLogRow } from './provider-log';
export { reconcileWithLog, type ReconcileOptions, type ReconcileReport } from './reconcile';
export type { CallArtifacts, CallContext, CallFacts, CallFailure, Gateway, GatewayCall, GatewayResult } from './types';
