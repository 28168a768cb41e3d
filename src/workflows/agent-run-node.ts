import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { AgentRunInput, CallAgentResult, LlmActivities } from '../contracts/agent-run';
import { taskQueue } from '../contracts/task-queues';
import type { AgentRun, NodeFailure } from '../domain/agents/agent-run';

/** The longest wait for limiter or budget inside one activity attempt; a longer one frees the slot (nextRetryDelay). */
export const INNER_WAIT_SECONDS = 10;
const MARGIN_SECONDS = 15;

/**
 * Paid calls: an event-loop block of 1.1 s restarted everything in flight at a heartbeat timeout of 1 s, nothing at 3 s.
 * Attempts are unlimited because waits by nextRetryDelay count as attempts; the activity itself ends with a
 * non-retryable failure when the agent's own retries are used up, and the run's timer bounds everything.
 */
const HEARTBEAT_TIMEOUT = '3 seconds';
const RETRY = { initialInterval: 1, backoffCoefficient: 4, maximumInterval: '10 seconds' } as const;

/** One re-ask after an answer that was not what was asked for; a second one rarely helps and always costs. */
const CALLS_MAX = 2;

/** Runs one agent to its end and tells the run. Never throws: what went wrong is a status of the node. */
export async function runNode(input: AgentRunInput, run: AgentRun, index: number): Promise<void> {
  let spent = 0;
  try {
    let feedback: string | undefined;
    for (let callIndex = 0; callIndex < CALLS_MAX; callIndex += 1) {
      const result = await callAgent(input, index, callIndex, feedback);
      spent += result.costMicroUsd;
      if (result.outcome === 'completed') return run.complete(index, spent);
      feedback = result.detail;
      if (!result.askAgain) break;
    }
    run.fail(
      index,
      { status: 'failed', reasonCode: 'bad_output', reason: `The answer was not what was asked for: ${feedback}` },
      spent,
    );
  } catch (error) {
    if (isCancellation(error)) run.cancelled(index);
    else run.fail(index, failureOf(error), spent);
  }
}

function callAgent(
  input: AgentRunInput,
  index: number,
  callIndex: number,
  feedback: string | undefined,
): Promise<CallAgentResult> {
  const node = input.plan.nodes[index]!;
  const { callAgent: call } = proxyActivities<LlmActivities>({
    taskQueue: taskQueue('llm', input.taskQueuePrefix),
    startToCloseTimeout: (node.timeoutSeconds + INNER_WAIT_SECONDS + MARGIN_SECONDS) * 1000,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: RETRY,
    summary: callIndex === 0 ? node.name : `${node.name} · asked again`,
  });
  return call({
    tenant: input.tenant,
    runId: input.runId,
    graphId: input.graphId,
    node: node.name,
    callIndex,
    feedback,
  });
}

/** The failure `type` is a code of the error table; three of them have a status of their own. */
function failureOf(error: unknown): NodeFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    return { status: 'failed', reasonCode: 'timeout', reason: 'The agent did not answer within its time.' };
  }
  if (!(cause instanceof ApplicationFailure)) throw error;
  const reason = cause.message;
  const { budget, waitedFor } = (cause.details?.[0] ?? {}) as { budget?: string; waitedFor?: string };
  switch (cause.type) {
    case 'BudgetExceeded':
      return {
        status: 'budget_exceeded',
        reasonCode: 'budget_exceeded',
        reason,
        endsStarting: budget !== undefined && !budget.startsWith('agent:'),
      };
    case 'QueueTimeout':
      return { status: statusAfterWait(waitedFor), reasonCode: 'queue_timeout', reason };
    case 'RateLimited':
      return { status: 'rate_limited', reasonCode: 'rate_limited', reason };
    default:
      return { status: 'failed', reasonCode: snakeCase(cause.type ?? 'unexpected'), reason };
  }
}

/** Who waited for another process, and for nothing of their own, has neither a limit nor a budget to blame. */
function statusAfterWait(waitedFor: string | undefined): NodeFailure['status'] {
  if (waitedFor === 'rate-limit') return 'rate_limited';
  return waitedFor === 'budget' || waitedFor === 'reconciliation' ? 'budget_exceeded' : 'failed';
}

function snakeCase(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
