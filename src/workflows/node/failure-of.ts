import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { NodeFailure } from '../../domain/agents/run-ending';

/** The failure `type` is a code of the error table; three of them have a status of their own. */
export function failureOf(error: unknown): NodeFailure {
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
