import { continueFromRun, createRun, getGraph, getRunBudgets, newId, type Run, type Tx } from '../../adapters/postgres';
import { AGENT_RUN_KIND } from '../../contracts/agent-run';
import type { RetryRun } from '../../contracts/api.schema';
import { workflowId as workflowIdOf } from '../../contracts/workflow-ids';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { UNUSABLE_REASONS } from '../../domain/agents/retried-node';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { budgetId } from '../../domain/kernel/ids';
import { microToUsd, usdToMicro } from '../../domain/kernel/money';
import { requireAgentRun } from './require-run';
import type { AcceptedRun } from './start-run';

type RetriedRun = Pick<AcceptedRun, 'runId' | 'workflowId' | 'graph'>;

/**
 * A new run of the same graph version and parameters that begins where a finished one stopped, in the caller's
 * transaction. Limits are those that the old run had at its end, so a budget that was raised stays raised.
 *
 * @throws LonghaulError NotFound, WrongState when the run goes on or nothing is left to try again
 */
export async function acceptRetry(tx: Tx, tenant: string, runId: string, body: RetryRun): Promise<RetriedRun> {
  const old = await finishedRun(tx, tenant, runId);
  const stored = present(await getGraph(tx, tenant, old.graphId ?? ''), `run ${runId}: graph ${old.graphId} is gone`);
  const budgets = await getRunBudgets(tx, tenant, runId);
  const budgetOf = (id: string) =>
    present(
      budgets.find((budget) => budget.id === id),
      `run ${runId} has no budget ${id}`,
    );
  const limitOf = (id: string) => budgetOf(id).limitMicroUsd;
  const costLimitMicroUsd =
    body.costBudgetUsd === undefined ? limitOf(budgetId.run(runId)) : usdToMicro(body.costBudgetUsd);
  const fresh = newId();
  const run = { runId: fresh, workflowId: workflowIdOf(AGENT_RUN_KIND, tenant, old.name, fresh) };
  await createRun(tx, {
    ...{ ...run, tenant, kind: AGENT_RUN_KIND, name: old.name, graphId: stored.graphId, costLimitMicroUsd },
    parentBudget: budgetOf(budgetId.run(runId)).parentId ?? undefined,
    parameters: { ...old.parameters, costBudgetUsd: microToUsd(costLimitMicroUsd) },
    nodes: (stored.definition as AgentGraph).agents.map(({ name }) => ({
      name,
      costLimitMicroUsd: limitOf(budgetId.agent(runId, name)),
    })),
  });
  await continueFromRun(tx, { tenant, runId: fresh, fromRunId: runId, unusableReasons: UNUSABLE_REASONS });
  return { ...run, graph: { id: stored.graphId, name: stored.name, version: stored.version, sha256: stored.sha256 } };
}

async function finishedRun(tx: Tx, tenant: string, runId: string): Promise<Run> {
  const run = await requireAgentRun(tx, tenant, runId);
  const over = run.launch === 'closed';
  if (over && run.completedAgents < run.totalAgents) return run;
  throw new LonghaulError('WrongState', {
    ...{ what: 'Run', id: runId, state: over ? 'complete' : run.status, action: 'retry' },
    expected: over ? 'an agent that did not complete' : 'a run that is over',
  });
}
