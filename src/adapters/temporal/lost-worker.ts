import { ActivityNotFoundError, Client, type ConnectionLike } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { type ExecutionId, failHeldTask, type Lost } from './held-task';

/** A whole reap: what is not done by then is left to timeouts, because whoever boots must not wait on a sick server. */
const DEADLINE_MS = 5_000;
/** Workflows that are freed at once; each is two or three short requests. */
const AT_ONCE = 20;
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

/** What was done for the workflows of a task queue. */
export interface Freed {
  workflows: number;
  tasks: number;
}

/**
 * Frees every open workflow of a task queue from the worker that held it in its cache, and from the task that it held:
 * the next one goes at once to whoever polls. Those of a living worker replay once, which costs milliseconds.
 */
export async function freeWorkflows(client: Client, taskQueue: string, lost: Lost): Promise<Freed> {
  const query = `TaskQueue = ${JSON.stringify(taskQueue)} AND ExecutionStatus = 'Running'`;
  const freed = { workflows: 0, tasks: 0 };
  let group: Promise<boolean>[] = [];
  const finish = async () => {
    freed.workflows += group.length;
    freed.tasks += (await Promise.all(group)).filter(Boolean).length;
    group = [];
  };
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    group.push(freeOne(client, { workflowId, runId }, lost));
    if (group.length >= AT_ONCE) await finish();
  }
  await finish();
  return freed;
}

/** @returns whether it was in a task of the lost worker */
async function freeOne(client: Client, execution: ExecutionId, lost: Lost): Promise<boolean> {
  const { connection, workflowService, options } = client;
  try {
    return await connection.withDeadline(Date.now() + DEADLINE_MS, async () => {
      await workflowService.resetStickyTaskQueue({ namespace: options.namespace, execution });
      return failHeldTask(client, execution, lost);
    });
  } catch (error) {
    if ((error as { code?: number }).code !== NOT_FOUND) throw error;
    return false; // the list is a little behind: it has ended since
  }
}
