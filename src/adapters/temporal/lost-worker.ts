import { ActivityNotFoundError, Client, type ConnectionLike } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';

/** A whole reap: what is not done by then is left to timeouts, because whoever boots must not wait on a sick server. */
const DEADLINE_MS = 5_000;
/** Resets under way at once; each is a short write to the server's store. */
const RESETS_AT_ONCE = 20;
/** gRPC's. */
const NOT_FOUND = 5;

/** A client on a connection that a worker has already, so that a reap costs no connection of its own. */
export function clientOver(connection: ConnectionLike, namespace: string): Client {
  return new Client({ connection, namespace });
}

/**
 * Ends one activity attempt whose process is gone, so that the server schedules the next at once instead of after the
 * heartbeat timeout. By token: by activity id it would hit the attempt that may run elsewhere by now (measured).
 *
 * @returns false when that attempt had ended already
 */
export async function failAttempt(client: Client, token: Uint8Array, failure: ApplicationFailure): Promise<boolean> {
  try {
    await client.connection.withDeadline(Date.now() + DEADLINE_MS, () => client.activity.fail(token, failure));
    return true;
  } catch (error) {
    if (error instanceof ActivityNotFoundError) return false;
    throw error;
  }
}

/**
 * Frees every open workflow of a task queue from the worker that held it in its cache; its next task goes to whoever
 * polls. Those of a living worker replay once, which costs milliseconds.
 */
export async function resetStickyQueues(client: Client, taskQueue: string): Promise<number> {
  const query = `TaskQueue = ${JSON.stringify(taskQueue)} AND ExecutionStatus = 'Running'`;
  let reset = 0;
  let group: Promise<void>[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    group.push(resetOne(client, workflowId, runId));
    reset += 1;
    if (group.length < RESETS_AT_ONCE) continue;
    await Promise.all(group);
    group = [];
  }
  await Promise.all(group);
  return reset;
}

async function resetOne({ connection, workflowService, options }: Client, workflowId: string, runId: string) {
  const request = { namespace: options.namespace, execution: { workflowId, runId } };
  try {
    await connection.withDeadline(Date.now() + DEADLINE_MS, () => workflowService.resetStickyTaskQueue(request));
  } catch (error) {
    if ((error as { code?: number }).code !== NOT_FOUND) throw error; // the list is a little behind: it has ended since
  }
}
