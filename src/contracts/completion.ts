import type { PriorityClass } from '../domain/llm/fair-queue';

/** Names and types of a model call that a client of the API asked for; shared by API, activity and tests. */
export const COMPLETE_ACTIVITY = 'complete';

/** All that Temporal is told: names, numbers and references. The request itself is the artifact `requestRef`. */
export interface CompleteInput {
  tenant: string;
  callKey: string;
  requestRef: string;
  /** Who pays, lowest level first. */
  budgets: string[];
  /** Whose calls take turns with those of others when permits are short: the API key's, whatever this call's own limit. */
  flow: string;
  priority: PriorityClass;
  /** Of one attempt, from sent. */
  timeoutMs: number;
  /** Longest wait for room and permits, from when the call was started, in ms. */
  maxWaitMs: number;
  /** Somebody reads along: pieces of the answer go out as they arrive. */
  live: boolean;
}

export interface CompleteResult {
  resultRef: string;
}

export interface CompletionActivities {
  complete(input: CompleteInput): Promise<CompleteResult>;
}

/** How often a model may fail one call before that is its end; waits and lost processes do not count. */
export const COMPLETION_TRIES = 3;
