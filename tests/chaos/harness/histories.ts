import type { TemporalClient } from '../../../src/adapters/temporal';
import type { Violations } from './invariants';

/**
 * UNHANDLED_COMMAND: something came while the workflow was ending a task; it is given the task again, nothing is wrong.
 * RESET_STICKY_TASK_QUEUE: its worker died in it, and the successor said so.
 */
const HARMLESS = new Set([1, 13]);

/** I6, of the workflows: no task failed in its own code, as after a broken determinism. A task may time out: its worker died. */
export async function noTaskFailed({ client }: TemporalClient, workflowIds: readonly string[]): Promise<Violations> {
  const found = await Promise.all(
    workflowIds.map(async (workflowId) => {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
        failed && !HARMLESS.has(failed.cause ?? 0)
          ? [`a workflow task of ${workflowId} failed (cause ${failed.cause}): ${failed.failure?.message ?? ''}`]
          : [],
      );
    }),
  );
  return found.flat();
}
