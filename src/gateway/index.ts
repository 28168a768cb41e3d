export type { NodePatch } from '../adapters/postgres/ledger-types';
export { createCassettePlayer } from './cassette-player';
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
  type LLMBatchCallback,
  type LLMBatcherOptions,
  type LLMBatcherStatistics,
  type LLMClient,
  type PromptMessage,
} from './llm-batcher';
export { openGateway, type OpenGatewayOptions } from './open-gateway';
export { certainlyDead, ownOwner } from './owner';
export { createRateLimiter, type RateLimiter, type RateLimiterStatistics } from './rate-limiter';
export { reconcileWithLog, type ProviderLogRow, type ReconcileOptions, type ReconcileReport } from './reconcile';
export type { CallArtifacts, CallContext, CallFacts, CallFailure, Gateway, GatewayCall, GatewayResult } from './types';
