import { priorityOf, type PlanNode } from './run-plan';
import type { RunStatus } from './run-state';

export interface NodeFailure {
  status: 'failed' | 'rate_limited' | 'budget_exceeded';
  reasonCode: string;
  reason: string;
  /** The budget that refused is the run's or one above it: no other node can start either. */
  endsStarting?: boolean;
}

export interface RunEnding {
  status: RunStatus;
  reasonCode?: string;
  reason?: string;
  stopsRunning: boolean;
}

/** How much of a run failed by now, the latest failure included. */
export interface FailedShare {
  failed: number;
  total: number;
  allowPartialCompletion: boolean;
}

export const CRITICAL_PRIORITY = 8;
export const FAILED_SHARE_MAX = 0.5;

/**
 * Whether the failure of a node ends its run. The rules, in this order (the seed's):
 *   1. partial completion not allowed ⇒ the run fails
 *   2. the failed agent has priority ≥ 8 ⇒ the run fails
 *   3. more than half of all agents failed ⇒ the run fails
 *   4. otherwise it goes on
 * An exhausted run budget is different: nothing more starts, what runs may finish, completed work is kept.
 */
export function endingAfterFailure(node: PlanNode, failure: NodeFailure, share: FailedShare): RunEnding | undefined {
  const { reason } = failure;
  if (failure.endsStarting) return budgetIsGone(reason);
  if (!share.allowPartialCompletion) {
    return failing('agent_failed', `Agent "${node.name}" failed and partial completion is not allowed. ${reason}`);
  }
  const priority = priorityOf(node);
  if (priority >= CRITICAL_PRIORITY) {
    const text = `Agent "${node.name}" of priority ${priority} (critical from ${CRITICAL_PRIORITY}) failed. ${reason}`;
    return failing('critical_agent_failed', text);
  }
  const { failed, total } = share;
  if (failed / total <= FAILED_SHARE_MAX) return undefined;
  return failing('too_many_failures', `${failed} of ${total} agents failed, more than half. Last: ${reason}`);
}

/** How a run ended that nothing ended before its time. */
export function endingOf(completed: number, total: number): RunEnding {
  if (completed === total) return { status: 'completed', stopsRunning: false };
  if (completed === 0) {
    return { status: 'failed', reasonCode: 'nothing_completed', reason: 'No agent completed.', stopsRunning: false };
  }
  const reason = `${total - completed} of ${total} agents did not complete.`;
  return { status: 'partially_completed', reasonCode: 'agents_not_completed', reason, stopsRunning: false };
}

function budgetIsGone(reason: string): RunEnding {
  const text = `Workflow budget exceeded: ${reason}`;
  return { status: 'failed', reasonCode: 'workflow_budget_exceeded', reason: text, stopsRunning: false };
}

function failing(reasonCode: string, reason: string): RunEnding {
  return { status: 'failed', reasonCode, reason, stopsRunning: true };
}
