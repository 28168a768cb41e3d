import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
  TypedSearchAttributes,
} from '@temporalio/common';

/** The part of a start specification that Temporal sees. */
export interface WorkflowStart {
  workflowType: string;
  workflowId: string;
  taskQueue: string;
  args: unknown[];
  workflowTaskTimeoutMs: number;
  searchAttributes: Readonly<Record<string, string>>;
  staticSummary: string;
  staticDetails: string;
}

/**
 * Each call answers or fails within an API request's patience. Without it the client tries a server that is away for
 * 20 s and more (measured); the sweeper repeats what failed.
 */
const DEADLINE_MS = 5_000;
const UPDATE_DEADLINE_MS = 3_000;

/**
 * Starts at most one execution per workflow id, ever: an open one is used, a closed one is not repeated. Idempotent,
 * so that the API, its retries and the sweeper may all call it.
 */
export async function startWorkflow(client: Client, start: WorkflowStart): Promise<void> {
  try {
    await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.start(start.workflowType, {
        workflowId: start.workflowId,
        taskQueue: start.taskQueue,
        args: start.args,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: start.workflowTaskTimeoutMs,
        typedSearchAttributes: keywords(start.searchAttributes),
        staticSummary: start.staticSummary,
        staticDetails: start.staticDetails,
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
  }
}

export function keywords(attributes: Readonly<Record<string, string>>): TypedSearchAttributes {
  return new TypedSearchAttributes(
    Object.entries(attributes).map(([name, value]) => ({
      key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      value,
    })),
  );
}

/** Asks a run to cancel. Returns false when Temporal does not know it (never started, or past retention). */
export async function cancelWorkflow(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.getHandle(workflowId).cancel(),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** `open`, how it closed, or `missing`: what the sweeper compares the read model with. */
export async function workflowOutcome(client: Client, workflowId: string): Promise<string> {
  try {
    const { status } = await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    return status.name === 'RUNNING' ? 'open' : status.name.toLowerCase();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    throw error;
  }
}

export interface WorkflowUpdate {
  workflowId: string;
  update: string;
  arg?: unknown;
  /** The server takes an update of the same id once per execution. */
  updateId?: string;
}

/** Why a workflow did not take an update, in its words. */
export interface Refusal {
  code: string;
  reason: string;
}

/**
 * `done`, refused by the workflow, or `missing`: Temporal has no such open workflow. Waits for the worker's answer; the
 * short deadline is for requests, which people wait for, and what fails is told again.
 *
 * @throws when Temporal, or every workflows worker, does not answer in time
 */
export async function updateWorkflow(
  client: Client,
  { workflowId, update, arg, updateId }: WorkflowUpdate,
): Promise<'done' | 'missing' | Refusal> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    await client.connection.withDeadline(Date.now() + UPDATE_DEADLINE_MS, () =>
      arg === undefined
        ? handle.executeUpdate(update, { updateId })
        : handle.executeUpdate(update, { args: [arg], updateId }),
    );
    return 'done';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing';
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
    throw error;
  }
}

function refusalOf({ cause }: WorkflowUpdateFailedError): Refusal {
  return { code: (cause instanceof ApplicationFailure && cause.type) || 'unknown', reason: cause?.message ?? '' };
}

/** What a workflow says of itself. @throws when Temporal, or every worker of its queue, does not answer in time */
export async function queryWorkflow<T>(client: Client, workflowId: string, query: string): Promise<T> {
  return await client.connection.withDeadline(Date.now() + UPDATE_DEADLINE_MS, () =>
    client.workflow.getHandle(workflowId).query<T>(query),
  );
}
