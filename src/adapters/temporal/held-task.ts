import type { Client } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { workflowTaskToken } from './task-token';

/** The process that is gone, as workflow tasks name whoever began them, and what is said of it. */
export interface Lost {
  identity: string;
  failure: ApplicationFailure;
}

export interface ExecutionId {
  workflowId: string;
  runId: string;
}

/** gRPC's: another server may build its tokens otherwise, or has ended the task since. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
/** The server writes no events of later ones, and refuses to fail them. */
const FIRST_ATTEMPT = 1;
/** A cause of the API: the worker that kept the workflow is not asked again. */
const RESET_STICKY_TASK_QUEUE = 13;

/**
 * Fails the workflow task that a process held when it was lost, so that the next begins at once instead of after the task's
 * timeout. Nobody but the lost process has been given the task's token, so it is built from the events that began the task.
 *
 * @returns false when that process held none, or the server does not take the token: then the timeout ends the task
 */
export async function failHeldTask(client: Client, execution: ExecutionId, lost: Lost): Promise<boolean> {
  const { workflowService, options } = client;
  const { namespace } = options;
  const event = await lastEvent(client, execution);
  const started = event?.workflowTaskStartedEventAttributes;
  if (started?.identity !== lost.identity) return false;
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
  const taskToken = workflowTaskToken({
    ...{ namespaceId: namespaceInfo!.id!, ...execution, attempt: FIRST_ATTEMPT },
    ...{ scheduledEventId: Number(started.scheduledEventId), startedEventId: Number(event!.eventId) },
    version: Number(event!.version),
  });
  const { message, type } = lost.failure;
  try {
    await workflowService.respondWorkflowTaskFailed({
      ...{ namespace, taskToken, identity: lost.identity },
      cause: RESET_STICKY_TASK_QUEUE,
      failure: { message, applicationFailureInfo: { type: type! } },
    });
    return true;
  } catch (error) {
    const { code } = error as { code?: number };
    if (code !== NOT_FOUND && code !== INVALID_ARGUMENT) throw error;
    return false;
  }
}

/** While a task is under way nothing is written behind its beginning. */
async function lastEvent(client: Client, execution: ExecutionId) {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    ...{ namespace: client.options.namespace, execution, maximumPageSize: 1 },
  });
  return history!.events![0];
}
