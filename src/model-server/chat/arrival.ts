import type { Fault } from '../faults/spec';
import type { FirstAnswer } from '../idempotency';
import type { Generation } from './generate';
import type { ChatRequest } from './request';

/** What is known of a request so far; a rejected one may stay half empty. */
export interface Arrival {
  requestId: string;
  arrivedAt: Date;
  attemptKey: string | null;
  model: string | null;
  agent: string | null;
  fault: Fault | null;
}

/** An accepted request with its whole answer. */
export interface Admitted {
  request: ChatRequest;
  generation: Generation;
  /** What it is to be known by if it comes again. */
  idempotencyKey: string | null;
  /** The one that it repeats: that one is billed, and this one is not. */
  repeats: FirstAnswer | null;
  /** Rate-limit headers of the answer. */
  headers: Record<string, string>;
}

/** A request that stands in the book. */
export interface Accepted extends Admitted {
  arrival: Arrival;
  latencyMs: number;
}
