import {
  budgetRaisedSchema,
  prioritySetSchema,
  raiseBudgetSchema,
  retryRunSchema,
  runParams,
  runPausedSchema,
  runStartedSchema,
  setPrioritySchema,
} from '../../contracts/api.schema';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { raiseRunBudget, requireOpenRun } from '../services/raise-budget';
import { acceptRetry } from '../services/retry-run';
import { pauseRun, setPriority } from '../services/steer-run';
import { RUN, RUN_BUDGET, RUN_STARTED } from './examples';
import { startedReply } from '../services/started-reply';

const { runId } = RUN;

function pauseRoute(paused: boolean, operation: { operationId: string; summary: string; description: string }): Route {
  return route({
    method: 'post',
    path: paused ? '/runs/{id}/pause' : '/runs/{id}/resume',
    tag: 'Runs',
    ...operation,
    params: runParams,
    idempotent: true,
    replies: {
      200: { description: 'Done.', schema: runPausedSchema, example: { runId, status: 'running', paused } },
    },
    errors: ['WrongState', 'ServiceUnavailable'],
    handle: async ({ params: { id } }, context) => {
      const run = await pauseRun(context, id, paused);
      return { status: 200, body: { runId: run.runId, status: run.status, paused } };
    },
  });
}

export const runControlRoutes: readonly Route[] = [
  pauseRoute(true, {
    operationId: 'pauseRun',
    summary: 'Start nothing new for now',
    description: 'What runs goes on to the end of its step; the run’s clock stands still. Asking twice is asking once.',
  }),
  pauseRoute(false, {
    operationId: 'resumeRun',
    summary: 'Go on after a pause',
    description: 'Of a run that is not paused it changes nothing.',
  }),
  route({
    method: 'post',
    path: '/runs/{id}/priority',
    operationId: 'setPriority',
    tag: 'Runs',
    summary: 'Change when an agent that has not started gets its turn',
    description: 'For the order of starting only; whether its failure is critical stays as the graph says.',
    params: runParams,
    body: { schema: setPrioritySchema, formats: ['json'], example: { node: 'greeter', priority: 9 } },
    idempotent: true,
    replies: {
      200: { description: 'Changed.', schema: prioritySetSchema, example: { runId, node: 'greeter', priority: 9 } },
    },
    errors: ['WrongState', 'ServiceUnavailable'],
    handle: async ({ params: { id }, body }, context) => {
      await setPriority(context, id, body);
      return { status: 200, body: { runId: id, ...body } };
    },
  }),
  route({
    method: 'post',
    path: '/runs/{id}/budget',
    operationId: 'raiseBudget',
    tag: 'Runs',
    summary: 'Raise the limit of a run or of one of its agents',
    description:
      'Calls that wait for room find it by themselves; a call that was refused stays refused: retry the run.',
    params: runParams,
    body: { schema: raiseBudgetSchema, formats: ['json'], example: { costBudgetUsd: 150 } },
    idempotent: true,
    replies: {
      200: { description: 'Raised.', schema: budgetRaisedSchema, example: { runId, agent: null, budget: RUN_BUDGET } },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id }, body }, context) => {
      const { deps, tenant } = context;
      await requireOpenRun(deps, tenant, id);
      const { answer, replayed } = await once(context, 'POST /runs/{id}/budget', { id, body }, async (tx) => ({
        status: 200,
        answer: await raiseRunBudget(tx, tenant, id, body),
      }));
      return { status: 200, body: answer, headers: replayed ? REPLAYED : {} };
    },
  }),
  route({
    method: 'post',
    path: '/runs/{id}/retry',
    operationId: 'retryRun',
    tag: 'Runs',
    summary: 'Try what did not complete again, in a new run',
    description:
      'Same graph version and parameters. Outputs of completed agents are copied and cost nothing; stored answers of the others are used where they are usable.',
    params: runParams,
    body: { schema: retryRunSchema, formats: ['json'], example: {} },
    idempotent: true,
    replies: {
      201: { description: 'Started.', schema: runStartedSchema, example: RUN_STARTED },
      202: {
        description: 'Accepted; Temporal does not know it yet.',
        schema: runStartedSchema,
        example: { ...RUN_STARTED, launch: 'accepted' },
      },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id }, body }, context) => {
      const { answer, replayed } = await once(context, 'POST /runs/{id}/retry', { id, body }, async (tx) => ({
        status: 201,
        answer: await acceptRetry(tx, context.tenant, id, body),
      }));
      return startedReply(context, answer, replayed);
    },
  }),
];
