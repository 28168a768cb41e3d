import { getBudgets, listPartitionAgents, listPartitions, type Run } from '../../adapters/postgres';
import { queryWorkflow } from '../../adapters/temporal';
import type { PartitionedProgress } from '../../contracts/api.schema';
import { PARTITIONED_STATE_QUERY, type PartitionedStateView } from '../../contracts/partitioned-simulation';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { budgetId } from '../../domain/kernel/ids';
import type { RequestContext } from '../route';
import { progressOf } from './partitioned-views';
import { requirePartitioned } from './require-partitioned';

/** The book’s figures, and beside them what the coordinating workflow says now. @throws LonghaulError NotFound */
export async function partitionedProgress(context: RequestContext, runId: string): Promise<PartitionedProgress> {
  const { tenant, deps } = context;
  const run = await requirePartitioned(deps.pool, tenant, runId);
  const [partitions, agents, [budget], now] = await Promise.all([
    listPartitions(deps.pool, tenant, runId),
    listPartitionAgents(deps.pool, tenant, runId),
    getBudgets(deps.pool, tenant, [budgetId.run(runId)]),
    stateOf(context, run),
  ]);
  return progressOf({ run, partitions, agents, budget, now });
}

/** Progress is told without it, too: what is recorded does not depend on Temporal. */
async function stateOf({ deps }: RequestContext, run: Run): Promise<PartitionedStateView | undefined> {
  if (deps.temporal === null || run.launch !== 'started' || isTerminalRunStatus(run.status)) return undefined;
  const asked = queryWorkflow<PartitionedStateView>(deps.temporal.client, run.workflowId, PARTITIONED_STATE_QUERY);
  return await asked.catch((error: unknown) => {
    deps.log.warn({ err: error, runId: run.runId }, 'a coordinating workflow does not answer');
    return undefined;
  });
}
