import { z } from 'zod';
import { getBudgets, getRunNodes, listRuns, runStatistics } from '../../adapters/postgres';
import {
  runListQuery,
  runPageSchema,
  runParams,
  runStartedSchema,
  runViewSchema,
  startRunSchema,
  type RunView,
} from '../../contracts/api.schema';
import { AGENT_RUN_KIND } from '../../contracts/agent-run';
import { assert } from '../../domain/kernel/assert';
import { budgetId } from '../../domain/kernel/ids';
import { decodeCursor, pageOf } from '../http/cursor';
import { once } from '../idempotency';
import { route, type RequestContext, type Route } from '../route';
import { RUN, RUN_AGENT, RUN_BUDGET, RUN_LINKS, RUN_PIN, RUN_STARTED, RUN_STATISTICS } from './examples';
import { requireRun } from '../services/require-run';
import { agentRowOf, budgetOf, coreOf, linksOf, statisticsOf, summaryOf } from '../services/run-views';
import { acceptRun } from '../services/start-run';
import { startedReply } from '../services/started-reply';

const cursorKey = z.tuple([z.uuid()]);

export const runRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/runs',
    operationId: 'startRun',
    tag: 'Runs',
    summary: 'Start a run of a stored graph',
    description:
      'Answers when the run is in the book. While Temporal is down it is accepted (202) and started later by itself.',
    body: { schema: startRunSchema, formats: ['json'], example: { graph: 'greeting', inputs: { name: 'Grace' } } },
    idempotent: true,
    replies: {
      201: { description: 'Started.', schema: runStartedSchema, example: RUN_STARTED },
      202: {
        description: 'Accepted; Temporal does not know it yet.',
        schema: runStartedSchema,
        example: { ...RUN_STARTED, launch: 'accepted' },
      },
    },
    errors: ['NotFound'],
    handle: async ({ body }, context) => {
      const { answer, replayed } = await once(context, 'POST /runs', body, async (tx) => ({
        status: 201,
        answer: await acceptRun(tx, context.tenant, body, context.deps.settings.llm),
      }));
      return startedReply(context, answer, replayed);
    },
  }),
  route({
    method: 'get',
    path: '/runs',
    operationId: 'listRuns',
    tag: 'Runs',
    summary: 'Runs, newest first',
    query: runListQuery,
    replies: { 200: { description: 'A page.', schema: runPageSchema, example: { items: [RUN], nextCursor: null } } },
    errors: [],
    handle: async ({ query: { limit, cursor, status } }, { deps, tenant }) => {
      const before = decodeCursor(cursorKey, cursor)?.[0];
      const runs = await listRuns(deps.pool, {
        ...{ tenant, kind: AGENT_RUN_KIND, limit: limit + 1 },
        ...{ status, before },
      });
      return { status: 200, body: pageOf(runs, limit, (run) => [run.runId], summaryOf) };
    },
  }),
  route({
    method: 'get',
    path: '/runs/{id}',
    operationId: 'getRun',
    tag: 'Runs',
    summary: 'A run with its agents, statistics and budget',
    params: runParams,
    replies: {
      200: {
        description: 'The run as the book has it now.',
        schema: runViewSchema,
        example: {
          ...viewExample(),
          graph: RUN_PIN,
          parameters: {},
          statistics: RUN_STATISTICS,
          budget: RUN_BUDGET,
          agents: [RUN_AGENT],
          links: RUN_LINKS,
        },
      },
    },
    errors: [],
    handle: async ({ params }, context) => ({ status: 200, body: await runView(params.id, context) }),
  }),
];

function viewExample() {
  const { totalAgents: _total, completedAgents: _completed, costMicroUsd: _cost, ...core } = RUN;
  return core;
}

/** The run's row is read first: once it says that the run is over, what is read after it does not change any more. */
async function runView(runId: string, { deps: { pool, settings }, tenant }: RequestContext): Promise<RunView> {
  const run = await requireRun(pool, tenant, runId);
  const [agents, statistics, [budget]] = await Promise.all([
    getRunNodes(pool, tenant, runId),
    runStatistics(pool, tenant, runId),
    getBudgets(pool, tenant, [budgetId.run(runId)]),
  ]);
  assert(statistics !== undefined && budget !== undefined, `run ${runId} has no budget row`);
  const { graphId, graphVersion: version, graphSha256: sha256 } = run;
  return {
    ...coreOf(run),
    graph:
      graphId === null || version === null || sha256 === null ? null : { id: graphId, name: run.name, version, sha256 },
    parameters: run.parameters,
    statistics: statisticsOf(statistics),
    budget: budgetOf(budget),
    agents: agents.map(agentRowOf),
    links: linksOf(runId, run.workflowId, settings),
  };
}
