import type { BatchWork } from './batches/batch';
import type { BatchStore } from './batches/batch-store';
import type { Book } from './book';
import type { Counts } from './counts';
import type { FaultSchedule } from './faults/schedule';
import type { Hold } from './hold';
import type { Idempotency } from './idempotency';
import type { LatencyProfile } from './latency';
import type { RateLimits } from './rate-limit';
import type { RepeatCount } from './repeat-count';
import type { Responses } from './responses/responses';

/** All state of one running server. */
export interface ServerParts {
  seed: number;
  book: Book;
  faults: FaultSchedule;
  hold: Hold;
  repeats: RepeatCount;
  idempotency: Idempotency;
  rateLimits: RateLimits;
  /** Replaced through the control endpoint. */
  latency: LatencyProfile;
  counts: Counts;
  batches: BatchStore;
  batchWork: BatchWork;
  /** How long a batch takes from validation to its first answer. Replaced through the control endpoint. */
  batchMs: number;
  responses: Responses;
  /** Aborted when the server is asked to stop: answers without an end are ended. */
  stopping: AbortSignal;
}
