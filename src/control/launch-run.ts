import {
  getGraph,
  getRun,
  getRunNodes,
  getSimulation,
  markRunStarted,
  type Run,
  type RunLaunch,
} from '../adapters/postgres';
import { cancelWorkflow, startWorkflow } from '../adapters/temporal';
import { agentRunStart, type StartSpec } from '../contracts/agent-run-start';
import { BATCH_KIND } from '../contracts/run-batch';
import { batchParametersOf, runBatchStart } from '../contracts/run-batch-start';
import { PARTITIONED_KIND } from '../contracts/partitioned-simulation';
import { partitionedParametersOf, partitionedStart } from '../contracts/partitioned-simulation-start';
import { SIMULATION_KIND } from '../contracts/simulation';
import { storedSimulationStart } from '../contracts/simulation-start';
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
  if (run.kind === PARTITIONED_KIND)
    return partitionedStart({ tenant, runId, name, taskQueuePrefix, ...partitionedParametersOf(parameters) });
  if (run.kind === SIMULATION_KIND) return await simulationSpec({ pool, taskQueuePrefix }, run);
  const graphId = present(run.graphId, `agent run ${runId} has no graph`);
  const graph = present(await getGraph(pool, tenant, graphId), `run ${runId}: graph ${graphId} is gone`);
  const origins = run.parentRunId === null ? [] : await getRunNodes(pool, tenant, runId);
  return agentRunStart({
    ...{ tenant, runId, graphName: graph.name, graphId, taskQueuePrefix },
    ...{ graph: graph.definition as AgentGraph, parameters, origins },
  });
}

/** How the workflow of an accepted simulation is started. */
export async function simulationSpec(
  { pool, taskQueuePrefix }: Pick<LaunchDeps, 'pool' | 'taskQueuePrefix'>,
  { tenant, runId, name }: Pick<Run, 'tenant' | 'runId' | 'name'>,
): Promise<StartSpec> {
  const simulation = present(await getSimulation(pool, tenant, runId), `simulation ${runId} has no definition`);
  return storedSimulationStart(simulation, { name, taskQueuePrefix });
}
