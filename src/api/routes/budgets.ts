import { z } from 'zod';
import { listLevels } from '../../adapters/postgres';
import {
  budgetChainSchema,
  budgetLevelSchema,
  budgetListQuery,
  budgetPageSchema,
  budgetParams,
  setBudgetSchema,
} from '../../contracts/api.schema';
import { decodeCursor, pageOf } from '../http/cursor';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { budgetChain, levelOf, setLevel } from '../services/budget-levels';
import { RUN_BUDGET } from './examples';

const cursorKey = z.tuple([z.string()]);

const TENANT_LEVEL = { id: 'tenant:default', level: 'tenant', parentId: null, runId: null, ...RUN_BUDGET };
const EXPERIMENT_LEVEL = {
  ...{ id: 'experiment:default/summer', level: 'experiment', parentId: 'tenant:default', runId: null },
  ...RUN_BUDGET,
};

export const budgetRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/budgets',
    operationId: 'setBudget',
    tag: 'Budgets',
    summary: 'Set the limit of the tenant or of an experiment',
    description:
      'Makes the level when it is not there. A new level of the tenant is put above what is open now; calls that are under way are not counted on it. Runs name their experiment when they start.',
    body: { schema: setBudgetSchema, formats: ['json'], example: { experiment: 'summer', costBudgetUsd: 100 } },
    idempotent: true,
    replies: { 200: { description: 'Set.', schema: budgetLevelSchema, example: EXPERIMENT_LEVEL } },
    errors: [],
    handle: async ({ body }, context) => {
      const { answer, replayed } = await once(context, 'POST /budgets', body, async (tx) => ({
        status: 200,
        answer: await setLevel(tx, context.tenant, body),
      }));
      return { status: 200, body: answer, headers: replayed ? REPLAYED : {} };
    },
  }),
  route({
    method: 'get',
    path: '/budgets',
    operationId: 'listBudgets',
    tag: 'Budgets',
    summary: 'The budgets of the tenant and its experiments, by id',
    query: budgetListQuery,
    replies: {
      200: {
        description: 'A page.',
        schema: budgetPageSchema,
        example: { items: [EXPERIMENT_LEVEL, TENANT_LEVEL], nextCursor: null },
      },
    },
    errors: [],
    handle: async ({ query: { limit, cursor } }, { deps, tenant }) => {
      const after = decodeCursor(cursorKey, cursor)?.[0];
      const budgets = await listLevels(deps.pool, { tenant, limit: limit + 1, after });
      return { status: 200, body: pageOf(budgets, limit, ({ id }) => [id], levelOf) };
    },
  }),
  route({
    method: 'get',
    path: '/budgets/{id}',
    operationId: 'getBudget',
    tag: 'Budgets',
    summary: 'A budget with the levels above it',
    params: budgetParams,
    replies: {
      200: {
        description: 'Lowest first.',
        schema: budgetChainSchema,
        example: { items: [EXPERIMENT_LEVEL, TENANT_LEVEL] },
      },
    },
    errors: ['NotFound'],
    handle: async ({ params: { id } }, { deps, tenant }) => ({
      status: 200,
      body: { items: await budgetChain(deps.pool, tenant, id) },
    }),
  }),
];
