import type { Pool } from '../adapters/postgres/connection';
import type { PriceBook } from '../adapters/llm/prices';
import type { ProviderRegistry } from '../adapters/llm';
import type { Limiter } from '../adapters/redis/limiter';
import type { BatchLimits } from '../domain/llm/micro-batch';
import type { LimitBook } from '../domain/llm/limit-rules';
import type { LaneLimits } from '../domain/llm/batch-lane';
import type { BreakerPolicy } from '../domain/llm/breaker';
import type { ChatRequest } from '../domain/llm/chat';
import type { Log } from './log';

/** What the paid path is made of. Given, never looked up, so that a test can give other parts. */
export interface GatewayDeps {
  pool: Pool;
  limiter: Limiter;
  /** Which limits a model has. */
  limits: LimitBook;
  providers: ProviderRegistry;
  prices: PriceBook;
  /** An upper bound of the input tokens. */
  countInputTokens(request: ChatRequest): Promise<number>;
  log: Log;
  /** Names this process in the ledger; by default made from host, pid and start time. */
  owner?: string;
  /** What goes together; a size of 1 keeps every call for itself. */
  batch?: Partial<BatchLimits>;
  /** How much goes into one batch of a provider's. */
  lane?: Partial<LaneLimits>;
  /** When the calls of a model pause, and for how long. */
  breakerPolicy?: BreakerPolicy;
  /** How long an attempt or a permit stays ours without renewal, in ms. */
  leaseMs: number;
  /** How long to try to store an answer that is already paid for, in ms. */
  settleWithinMs?: number;
}
