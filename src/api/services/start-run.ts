import { createRun, getBudgets, getRun, type RunLaunch, type StoredGraph, type Tx } from '../../adapters/postgres';
import { readReferences } from '../../adapters/templates';
import { AGENT_RUN_KIND } from '../../contracts/agent-run';
import type { StartRun } from '../../contracts/api.schema';
import { workflowId } from '../../contracts/workflow-ids';
import { launchRun } from '../../control/launch-run';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { missingInputs } from '../../domain/agents/missing-inputs';
import { withParameters } from '../../domain/agents/run-parameters';
import { assert } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { budgetId } from '../../domain/kernel/ids';
import { usdToMicro } from '../../domain/kernel/money';
import type { ApiDeps } from '../deps';
import { invalidRequest } from '../http/validate';
import { namedGraph } from './graphs';
import { type CassetteDefaults, cassetteOf } from './run-cassette';
import { newId } from '../../adapters/postgres/new-id';

/** A run that is in the book; whether Temporal knows it is the next step's matter. */
export interface AcceptedRun {
  runId: string;
  workflowId: string;
  graph: { id: string; name: string; version: number; sha256: string };
  agents: number;
}

/**
 * Rows of a new run, in the caller's transaction: run, nodes, budgets, first event.
 *
 * @throws LonghaulError NotFound for an unknown graph or an experiment without a budget, InvalidRequest for inputs that its templates need and nobody brings
 */
export async function acceptRun(
  tx: Tx,
  tenant: string,
  { graph: reference, cassette: asked, ...limits }: StartRun,
  defaults: CassetteDefaults,
): Promise<AcceptedRun> {
  const stored = await namedGraph(tx, tenant, typeof reference === 'string' ? { name: reference } : reference);
  const cassette = cassetteOf(asked, defaults);
  const parameters = { ...limits, ...(cassette === undefined ? {} : { cassette }) };
  const graph = withParameters(definitionOf(stored), parameters);
  const missing = missingInputs(graph, readReferences);
  if (missing.length > 0) throw invalidRequest(`Run of graph "${graph.name}"`, missing);
  const runId = newId();
  const run = { runId, workflowId: workflowId(AGENT_RUN_KIND, tenant, graph.name, runId) };
  await createRun(tx, {
    ...{ ...run, tenant, kind: AGENT_RUN_KIND, name: graph.name, graphId: stored.graphId, parameters },
    costLimitMicroUsd: usdToMicro(graph.costBudgetUsd),
    parentBudget: await levelAbove(tx, tenant, parameters.experiment),
    nodes: graph.agents.map(({ name, costLimitUsd }) => ({ name, costLimitMicroUsd: usdToMicro(costLimitUsd) })),
  });
  const { graphId: id, name, version, sha256 } = stored;
  return { ...run, graph: { id, name, version, sha256 }, agents: graph.agents.length };
}

/** A run of an experiment without a limit would spend without it: no budget, no run. */
export async function levelAbove(tx: Tx, tenant: string, experiment: string | undefined): Promise<string | undefined> {
  if (experiment === undefined) return undefined;
  const id = budgetId.experiment(tenant, experiment);
  const [budget] = await getBudgets(tx, tenant, [id]);
  if (budget === undefined) throw new LonghaulError('NotFound', { what: 'Budget of experiment', id: experiment });
  return id;
}

/**
 * Tells Temporal of an accepted run. When it does not answer the run stays accepted, and the sweeper starts it: accepting
 * work does not depend on more than the book.
 *
 * @returns whether Temporal knows it
 */
export async function launch(
  { pool, temporal, settings, log }: ApiDeps,
  tenant: string,
  runId: string,
): Promise<RunLaunch> {
  const run = await getRun(pool, tenant, runId);
  assert(run !== undefined, `launch: run ${runId} was accepted but is not in the book`);
  if (temporal === null) return run.launch;
  const { taskQueuePrefix } = settings.temporal;
  try {
    return await launchRun({ pool, temporal: temporal.client, taskQueuePrefix }, run);
  } catch (error) {
    log.warn({ err: error, runId }, 'Temporal does not take the run now; it is started later');
    return 'accepted';
  }
}

/** What was stored was checked and completed before. */
function definitionOf({ definition }: StoredGraph): AgentGraph {
  return definition as AgentGraph;
}
