import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { InvariantError } from '../domain/kernel/assert';
import { LonghaulError } from '../domain/kernel/errors';
import { messageOf } from '../domain/kernel/message-of';

/** Waits are part of normal work: they free the slot and must not look like errors in logs and metrics. */
const WAITS: ReadonlySet<string> = new Set([
  'BudgetWait',
  'RateLimited',
  'CallLeased',
  'ProviderUnreachable',
  'RecordedTooSoon',
]);

/** The only parameters that cross into history: identifiers and numbers, never a text that came from outside. */
const DETAIL_KEYS = ['budget', 'waitedFor', 'failureClass', 'modelFailures', 'callKey'] as const;

/**
 * The only place where an error becomes a retry decision.
 *
 * - an error of the table: retryable as the table says, its code as the failure type, its wait as the next retry delay
 * - a broken invariant: never retried, repeating it would spend money on a state nobody understands
 * - a cancellation passes through
 * - anything else (a lost connection, a bug) is retried with the activity's own backoff
 */
export function toApplicationFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (LonghaulError.is(error)) return fromTable(error);
  const message = messageOf(error);
  if (error instanceof InvariantError)
    return ApplicationFailure.create({ message, type: 'InvariantError', nonRetryable: true });
  return ApplicationFailure.create({
    message,
    type: error instanceof Error ? error.name : 'Error',
    nonRetryable: false,
  });
}

function fromTable(error: LonghaulError): ApplicationFailure {
  const waitMs = Number(error.params.waitMs);
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !error.retryable,
    nextRetryDelay: Number.isFinite(waitMs) ? Math.max(1, waitMs) : undefined,
    details: [
      Object.fromEntries(DETAIL_KEYS.filter((key) => key in error.params).map((key) => [key, error.params[key]])),
    ],
    category: WAITS.has(error.code) ? ApplicationFailureCategory.BENIGN : undefined,
  });
}
