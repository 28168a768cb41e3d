import { Context } from '@temporalio/activity';
import {
  closeRun,
  getGraph,
  getMember,
  getRun,
  getSimulation,
  markHeldStarted,
  type MemberKey,
  type Pool,
  type Run,
} from '../../adapters/postgres';
import { SIMULATION_KIND } from '../../contracts/simulation';
import { storedSimulationStart } from '../../contracts/simulation-start';
import { agentRunStart, type StartSpec } from '../../contracts/agent-run-start';
import type { BatchActivities } from '../../contracts/run-batch';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { isMemberStatus, type MemberStatus } from '../../domain/agents/batch';
import { present } from '../../domain/kernel/assert';
import { toApplicationFailure } from '../to-application-failure';

export interface BatchActivityDeps {
  pool: Pool;
  taskQueuePrefix: string;
}

/** How often the row of a run is looked at that this batch did not start itself. */
const LOOK_EVERY_MS = 1_000;

/** What a batch's workflow asks about its runs. All of it may be repeated. */
export function createBatchActivities(deps: BatchActivityDeps): BatchActivities {
  return {
    loadMember: failing(async (key) => {
      const run = await memberOf(deps, key);
      if (isMemberStatus(run.status)) return { state: 'ended', status: run.status };
      return { state: 'ready', runId: run.runId, spec: await specOf(deps, run) };
    }),
    markMember: failing(async (key) => {
      const { tenant, runId } = await memberOf(deps, key);
      if (await markHeldStarted(deps.pool, tenant, runId)) return { stop: false };
      return { stop: (await getRun(deps.pool, tenant, runId))?.status === 'cancelled' };
    }),
    closeMember: failing(async ({ reasonCode, reason, ...key }) => {
      const { tenant, runId } = await memberOf(deps, key);
      const status = reasonCode === 'cancelled' ? 'cancelled' : 'failed';
      await closeRun(deps.pool, { tenant, runId, status, reasonCode, reason });
      return { status: endOf(await memberOf(deps, key)) ?? status };
    }),
    awaitMember: failing(async (key) => ({ status: await endedMember(deps, key) })),
  };
}

async function memberOf({ pool }: BatchActivityDeps, key: MemberKey): Promise<Run> {
  return present(await getMember(pool, key), `Batch ${key.batchId} has no run at position ${key.position}`);
}

async function specOf({ pool, taskQueuePrefix }: BatchActivityDeps, run: Run): Promise<StartSpec> {
  const { tenant, runId, name, parameters } = run;
  if (run.kind === SIMULATION_KIND) {
    const simulation = present(await getSimulation(pool, tenant, runId), `simulation ${runId} has no definition`);
    return storedSimulationStart(simulation, { name, taskQueuePrefix });
  }
  const graphId = present(run.graphId, `agent run ${runId} has no graph`);
  const graph = present(await getGraph(pool, tenant, graphId), `run ${runId}: graph ${graphId} is gone`);
  return agentRunStart({
    ...{ tenant, runId, graphName: run.name, graphId, taskQueuePrefix, parameters },
    graph: graph.definition as AgentGraph,
  });
}

async function endedMember(deps: BatchActivityDeps, key: MemberKey): Promise<MemberStatus> {
  const context = Context.current();
  for (;;) {
    context.heartbeat();
    const status = endOf(await memberOf(deps, key));
    if (status !== undefined) return status;
    await context.sleep(LOOK_EVERY_MS);
  }
}

function endOf({ status }: Run): MemberStatus | undefined {
  return isMemberStatus(status) ? status : undefined;
}

function failing<I, O>(work: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await work(input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}
