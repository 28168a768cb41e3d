import { markDelivered, type UndeliveredDecision } from '../adapters/postgres';
import { updateWorkflow } from '../adapters/temporal';
import { DECIDE_TASK_UPDATE, type DecideTaskInput } from '../contracts/agent-run';
import type { ControlDeps } from './deps';

/**
 * Tells the run's workflow of a person's decision. The row is the truth: a workflow that is over, ending or gone needs no
 * telling, and one that begins again reads the row.
 *
 * @throws when Temporal or the workflows workers do not answer; the decision stays undelivered, and is told again
 */
export async function deliverDecision({ pool, temporal }: ControlDeps, decision: UndeliveredDecision): Promise<void> {
  const { tenant, taskId, taskKey, state, workflowId, runIsOver } = decision;
  const arg: DecideTaskInput = { taskKey, decision: state };
  if (!runIsOver) await updateWorkflow(temporal, { workflowId, update: DECIDE_TASK_UPDATE, arg, updateId: taskId });
  await markDelivered(pool, tenant, taskId);
}
