import { markWaitersTold, type UntoldWaiter } from '../adapters/postgres';
import { signalWorkflow } from '../adapters/temporal';
import { type EndedItem, ITEMS_ENDED_SIGNAL } from '../contracts/agent-run';
import { present } from '../domain/kernel/assert';
import type { ControlDeps } from './deps';

/**
 * Tells one run's workflow that calls of it have ended in their batch. The rows are the truth: one that is over, or gone,
 * needs no telling.
 *
 * @param waiters of one workflow
 * @throws when Temporal does not answer; they are told again
 */
export async function tellWaiters({ pool, temporal }: ControlDeps, waiters: readonly UntoldWaiter[]): Promise<void> {
  const { workflowId, runIsOver } = present(waiters[0], 'tellWaiters: nobody to be told');
  const ended = waiters.map(({ taskKey, costMicroUsd }): EndedItem => ({ taskKey, costMicroUsd }));
  if (!runIsOver) await signalWorkflow(temporal, { workflowId, signal: ITEMS_ENDED_SIGNAL, arg: ended });
  await markWaitersTold(pool, waiters);
}
