import type { Fields } from '../chat/fields';
import type { Generation } from '../chat/generate';

/**
 * A response as it is kept: the whole answer and its timetable from the start, so that a restarted server goes on with
 * what it had accepted.
 */
export interface ResponseRecord {
  id: string;
  createdAtMs: number;
  /** For the book's line at its end. */
  requestId: string;
  attemptKey: string | null;
  model: string;
  agent: string | null;
  background: boolean;
  store: boolean;
  stream: boolean;
  echo: Fields;
  generation: Generation;
  latencyMs: number;
  /** It will end as failed, as a fault demanded. */
  willFail: boolean;
  ended: { atMs: number; status: EndStatus } | null;
}

export type EndStatus = 'completed' | 'incomplete' | 'failed' | 'cancelled';
export type ResponseStatus = 'queued' | 'in_progress' | EndStatus;

/** How it ends when nobody cancels it. */
export function plannedEnd({ willFail, generation }: ResponseRecord): EndStatus {
  if (willFail) return 'failed';
  return ['length', 'content_filter'].includes(generation.finishReason) ? 'incomplete' : 'completed';
}
