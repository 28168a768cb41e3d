import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { LonghaulError } from '../../domain/kernel/errors';

export interface ExecutionHistory {
  temporalRunId: string;
  /** In Temporal's own JSON form. */
  history: { events: { eventId: string; eventType: string; [name: string]: unknown }[] };
}

export interface HistoryQuery {
  workflowId: string;
  /** As JSON, over all executions. */
  bytesMax: number;
  /** Whether a history that goes on is worth having. */
  whileOpen: boolean;
}

export interface WorkflowHistory {
  /** Whether the workflow has ended. */
  closed: boolean;
  /** Whether it begins with the first execution; those that closed long ago may be past retention. */
  complete: boolean;
  /** By continue-as-new, oldest first. */
  executions: ExecutionHistory[];
}

type Event = ExecutionHistory['history']['events'][number];
type Page = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;

const DEADLINE_MS = 10_000;
const EVENTS_PER_PAGE = 500;
/** Their closing event hands over to a next execution, which is walked to from the other end. */
const CLOSING = /^EVENT_TYPE_WORKFLOW_EXECUTION_(COMPLETED|FAILED|CANCELED|TERMINATED|TIMED_OUT|CONTINUED_AS_NEW)$/;
const GRPC_NOT_FOUND = 5;

/**
 * The whole history of a workflow id. Walked from the newest execution backwards, because the older ones are past
 * retention first; visibility is not asked, as it lags behind and answers ten requests a second.
 *
 * @returns `missing` when Temporal does not know the workflow (never started, or past retention)
 * @throws LonghaulError HistoryUnavailable when it is larger than `bytesMax`, ServiceUnavailable
 */
export async function workflowHistory(
  client: Client,
  { workflowId, bytesMax, whileOpen }: HistoryQuery,
): Promise<WorkflowHistory | 'open' | 'missing'> {
  const newest = await asked(client, () => client.workflow.getHandle(workflowId).describe());
  if (newest === undefined) return 'missing';
  if (newest.status.name === 'RUNNING' && !whileOpen) return 'open';
  const executions: ExecutionHistory[] = [];
  let room = bytesMax;
  for (let runId: string | undefined = newest.runId; runId !== undefined;) {
    const found = await eventsOf(client, { workflowId, runId }, room);
    if (found === undefined) return executions.length === 0 ? 'missing' : answer(executions, false);
    executions.unshift({ temporalRunId: runId, history: { events: found.events } });
    room -= found.bytes;
    runId = continuedFrom(found.events[0]);
  }
  return answer(executions, true);
}

function answer(executions: ExecutionHistory[], complete: boolean): WorkflowHistory {
  const last = executions.at(-1)!.history.events.at(-1);
  return { closed: CLOSING.test(last?.eventType ?? ''), complete, executions };
}

async function eventsOf(
  client: Client,
  execution: { workflowId: string; runId: string },
  bytesMax: number,
): Promise<{ events: Event[]; bytes: number } | undefined> {
  const events: Event[] = [];
  let bytes = 0;
  let nextPageToken: Uint8Array | undefined;
  do {
    const request = { namespace: client.options.namespace, execution, maximumPageSize: EVENTS_PER_PAGE, nextPageToken };
    const page: Page | undefined = await asked(client, () =>
      client.workflowService.getWorkflowExecutionHistory(request),
    );
    if (page === undefined) return undefined;
    const text = historyToJSON({ events: page.history?.events ?? [] });
    bytes += text.length;
    if (bytes > bytesMax) throw tooLarge(execution.workflowId);
    events.push(...(JSON.parse(text) as { events: Event[] }).events);
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken !== undefined);
  return { events, bytes };
}

function continuedFrom(started: Event | undefined): string | undefined {
  const attributes = started?.['workflowExecutionStartedEventAttributes'] as { continuedExecutionRunId?: string };
  return attributes?.continuedExecutionRunId || undefined; // absent and empty mean the same on the wire
}

function tooLarge(workflowId: string): LonghaulError {
  const detail = 'it is too large to be handed over. Look at it in the Temporal Web UI';
  return new LonghaulError('HistoryUnavailable', { workflowId, detail });
}

/** @returns nothing when Temporal does not know what was asked for */
async function asked<T>(client: Client, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await client.connection.withDeadline(Date.now() + DEADLINE_MS, ask);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    const grpc = isGrpcServiceError(error) ? error : (error as { cause?: unknown }).cause;
    if (!isGrpcServiceError(grpc)) throw error;
    if (grpc.code === GRPC_NOT_FOUND) return undefined;
    throw new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail: grpc.details }, [], { cause: error });
  }
}
