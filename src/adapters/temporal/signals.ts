import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { keywords, type WorkflowStart } from './workflows';

/** What fails is told again. */
const DEADLINE_MS = 5_000;

/** Tells an open workflow of this id, or starts one that is told. @throws when Temporal does not answer */
export async function signalWithStart(
  client: Client,
  start: WorkflowStart & { signal: string; signalArg: unknown },
): Promise<void> {
  await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
    client.workflow.signalWithStart(start.workflowType, {
      workflowId: start.workflowId,
      taskQueue: start.taskQueue,
      args: start.args,
      signal: start.signal,
      signalArgs: [start.signalArg],
      workflowTaskTimeout: start.workflowTaskTimeoutMs,
      typedSearchAttributes: keywords(start.searchAttributes),
      staticSummary: start.staticSummary,
      staticDetails: start.staticDetails,
    }),
  );
}

/** @returns false when Temporal has no such open workflow @throws when Temporal does not answer */
export async function signalWorkflow(
  client: Client,
  { workflowId, signal, arg }: { workflowId: string; signal: string; arg: unknown },
): Promise<boolean> {
  try {
    await client.connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.getHandle(workflowId).signal(signal, arg),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
