import { ActivityNotFoundError, Client, type ConnectionLike } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { Gate } from '../../domain/kernel/gate';
import { type ExecutionId, failHeldTask, type Lost } from './held-task';

/** Workflows that are freed at once, by short requests. */
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
    await client.activity.fail(token, failure);
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
  /** Why some of them were not freed. */
  errors: unknown[];
}

/**
 * Frees every open workflow of a task queue from the worker that held it in its cache, and then those that it held in a task:
 * the next task goes at once to whoever polls. Those of a living worker replay once, which costs milliseconds.
 */
export async function freeWorkflows(client: Client, taskQueue: string, lost: Lost): Promise<Freed> {
  const { namespace } = client.options;
  const open = await openWorkflows(client, taskQueue);
  const reset = await each(open, (execution) => client.workflowService.resetStickyTaskQueue({ namespace, execution }));
  const held = await each(open, (execution) => failHeldTask(client, execution, lost));
  const errors = [...reset.errors, ...held.errors];
  return { workflows: open.length, tasks: held.done.filter(Boolean).length, errors };
}

async function openWorkflows(client: Client, taskQueue: string): Promise<ExecutionId[]> {
  const query = `TaskQueue = ${JSON.stringify(taskQueue)} AND ExecutionStatus = 'Running'`;
  const open: ExecutionId[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) open.push({ workflowId, runId });
  return open;
}

/** One that cannot be freed keeps no other from it. */
async function each<T>(open: readonly ExecutionId[], work: (execution: ExecutionId) => Promise<T>) {
  const gate = new Gate(AT_ONCE);
  const settled = await Promise.allSettled(open.map((execution) => gate.pass(() => work(execution))));
  const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  return {
    done: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    errors: reasons.filter((reason) => !hasEnded(reason)),
  };
}

/** The list is a little behind. */
function hasEnded(error: unknown): boolean {
  return (error as { code?: number }).code === NOT_FOUND;
}
