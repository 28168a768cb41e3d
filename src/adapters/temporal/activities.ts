import {
  ActivityExecutionAlreadyStartedError,
  ActivityExecutionFailedError,
  type Client,
  isGrpcServiceError,
} from '@temporalio/client';
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { LonghaulError } from '../../domain/kernel/errors';

/** An activity that no workflow stands behind. */
export interface ActivityStart {
  activityType: string;
  activityId: string;
  taskQueue: string;
  arg: unknown;
  heartbeatTimeoutMs: number;
  /** Of one attempt. */
  startToCloseTimeoutMs: number;
  /** Over all attempts and waits. */
  scheduleToCloseTimeoutMs: number;
  retry: { initialIntervalMs: number; backoffCoefficient: number; maximumIntervalMs: number };
  /** `priorityKey` 1 to 5, smaller first; `fairnessKey` of 64 bytes at most. */
  turn: { priorityKey: number; fairnessKey: string };
  summary: string;
}

/** How one ended: what it answered, or with which code and message of the error table it failed. */
export type ActivityEnd =
  | { ended: 'completed' }
  | { ended: 'failed'; type: string; message: string; waitedFor?: string }
  | { ended: 'timed-out' };

const DEADLINE_MS = 5_000;
/** gRPC's: a server that knows no standalone activities, and one on which they are switched off. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([12, 9]);

/**
 * Starts at most one execution per id at a time. One that runs is used, one that completed is not repeated; one that
 * failed begins anew. Idempotent, so that every request of one call may do it.
 *
 * @throws LonghaulError StandaloneActivitiesOff, ServiceUnavailable
 */
export async function startActivity(client: Client, start: ActivityStart): Promise<void> {
  const { retry } = start;
  try {
    await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.activity.start(start.activityType, {
        id: start.activityId,
        taskQueue: start.taskQueue,
        args: [start.arg],
        heartbeatTimeout: start.heartbeatTimeoutMs,
        startToCloseTimeout: start.startToCloseTimeoutMs,
        scheduleToCloseTimeout: start.scheduleToCloseTimeoutMs,
        retry: {
          initialInterval: retry.initialIntervalMs,
          backoffCoefficient: retry.backoffCoefficient,
          maximumInterval: retry.maximumIntervalMs,
        },
        idReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        idConflictPolicy: 'USE_EXISTING',
        priority: start.turn,
        summary: start.summary,
      }),
    );
  } catch (error) {
    if (error instanceof ActivityExecutionAlreadyStartedError) return;
    throw refused(error);
  }
}

/**
 * Waits for the end of the newest execution with this id.
 *
 * @throws the signal's reason, or LonghaulError ServiceUnavailable when Temporal does not answer: ask again
 */
export async function activityEnd(client: Client, activityId: string, signal: AbortSignal): Promise<ActivityEnd> {
  try {
    await client.connection.withAbortSignal(signal, () => client.activity.getHandle(activityId).result());
    return { ended: 'completed' };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ActivityExecutionFailedError) return endOf(error.cause);
    throw refused(error);
  }
}

function endOf(cause: unknown): ActivityEnd {
  if (cause instanceof TimeoutFailure) {
    // Cut off between two attempts: what made it come back says why.
    return cause.cause instanceof ApplicationFailure ? endOf(cause.cause) : { ended: 'timed-out' };
  }
  if (!(cause instanceof ApplicationFailure)) return { ended: 'failed', type: 'Error', message: String(cause) };
  const { waitedFor } = (cause.details?.[0] ?? {}) as { waitedFor?: string };
  return { ended: 'failed', type: cause.type ?? 'Error', message: cause.message, waitedFor };
}

function refused(error: unknown): unknown {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  if (!isGrpcServiceError(cause)) return error;
  const detail = cause.details || cause.message;
  if (REFUSALS.has(cause.code)) return new LonghaulError('StandaloneActivitiesOff', { detail }, [], { cause: error });
  return new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail }, [], { cause: error });
}
