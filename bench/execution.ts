import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

export type History = temporal.api.history.v1.IHistory;

/** One logical run as Temporal recorded it: one history, or several when it continued as new. */
export interface Execution {
  histories: History[];
  /** By the server's clock, from the first event to the last: starting it and hearing of its end do not count. */
  makespanMs: number;
  events: number;
}

/** Waits for the end. @throws Error when not all calls completed, so that no failed run passes for a fast one. */
export async function waitForEnd(client: Client, workflowId: string, calls: number): Promise<void> {
  const result: unknown = await client.workflow.getHandle(workflowId).result();
  const completed = typeof result === 'number' ? result : (result as { completed: number }).completed;
  if (completed !== calls)
    throw new Error(`${workflowId}: ${completed} of ${calls} completed: ${JSON.stringify(result)}`);
}

export async function readExecution(client: Client, workflowId: string): Promise<Execution> {
  const histories = await historiesOf(client, workflowId);
  const makespanMs = timeOf(histories.at(-1)!.events!.at(-1)!) - timeOf(histories[0]!.events![0]!);
  return { histories, makespanMs, events: histories.reduce((sum, { events }) => sum + events!.length, 0) };
}

async function historiesOf(client: Client, workflowId: string): Promise<History[]> {
  const last = await client.workflow.getHandle(workflowId).fetchHistory();
  const histories: History[] = [];
  let runId = last.events![0]!.workflowExecutionStartedEventAttributes!.firstExecutionRunId;
  while (runId) {
    const history: History = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push(history);
    runId = history.events!.at(-1)!.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return histories;
}

/** By the server's clock, in ms. */
export function timeOf({ eventTime }: temporal.api.history.v1.IHistoryEvent): number {
  const { seconds, nanos } = eventTime!;
  return Number(seconds) * 1000 + (nanos ?? 0) / 1e6;
}
