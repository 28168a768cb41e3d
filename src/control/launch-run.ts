import { getGraph, getRun, getRunNodes, markRunStarted, type Run, type RunLaunch } from '../adapters/postgres';
import { cancelWorkflow, startWorkflow } from '../adapters/temporal';
import { agentRunStart, type StartSpec } from '../contracts/agent-run-start';
import { BATCH_KIND } from '../contracts/run-batch';
import { batchParametersOf, runBatchStart } from '../contracts/run-batch-start';
import type { AgentGraph } from '../domain/agents/agent-graph';
import { present } from '../domain/kernel/assert';
import type { ControlDeps } from './deps';

export interface LaunchDeps extends ControlDeps {
  taskQueuePrefix: string;
}

/**
 * Makes Temporal know an accepted run. Idempotent, so several processes may do it at once.
 *
 * @returns what the book says of the run afterwards
 * @throws when Temporal does not take it now
 */
export async function launchRun(deps: LaunchDeps, run: Run): Promise<RunLaunch> {
  if (run.launch !== 'accepted') return run.launch;
  await startWorkflow(deps.temporal, await startSpec(deps, run));
  return (await markRunStarted(deps.pool, run.tenant, run.runId)) ? 'started' : await launchedByAnother(deps, run);
}

/** Somebody else started it (fine), or it was cancelled between the look and the start: then its workflow must not go on spending. */
async function launchedByAnother(
  { pool, temporal }: ControlDeps,
  { tenant, runId, workflowId }: Run,
): Promise<RunLaunch> {
  const launch = (await getRun(pool, tenant, runId))?.launch ?? 'closed';
  if (launch === 'closed') await cancelWorkflow(temporal, workflowId);
  return launch;
}

async function startSpec({ pool, taskQueuePrefix }: LaunchDeps, run: Run): Promise<StartSpec> {
  const { tenant, runId, name, parameters } = run;
  if (run.kind === BATCH_KIND)
    return runBatchStart({ tenant, batchId: runId, name, taskQueuePrefix, parameters: batchParametersOf(parameters) });
  const graphId = present(run.graphId, `agent run ${runId} has no graph`);
  const graph = present(await getGraph(pool, tenant, graphId), `run ${runId}: graph ${graphId} is gone`);
  const origins = run.parentRunId === null ? [] : await getRunNodes(pool, tenant, runId);
  return agentRunStart({
    ...{ tenant, runId, graphName: graph.name, graphId, taskQueuePrefix },
    ...{ graph: graph.definition as AgentGraph, parameters, origins },
  });
}
