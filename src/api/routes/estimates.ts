import { estimateRequestSchema, estimateSchema, runEstimateSchema, runParams } from '../../contracts/api.schema';
import { route, type Route } from '../route';
import { estimateGraph, estimateOfRun } from '../services/estimate';
import { RUN } from './examples';

const COSTS = { lowMicroUsd: 31, expectedMicroUsd: 111, worstCaseMicroUsd: 844 };
const AGENT = {
  ...{ agent: 'greeter', model: 'scripted-echo', calls: { low: 1, expected: 1, worstCase: 4 }, ...COSTS },
  ...{ basis: 'assumption' as const, earlierRuns: 0, limited: false, problem: null },
};

export const estimateRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/estimates',
    operationId: 'estimateGraph',
    tag: 'Ledger',
    summary: 'What a run of a graph would cost, by agent',
    description: 'Nothing is stored, reserved or sent. Expected figures are the means of the newest earlier runs.',
    body: {
      schema: estimateRequestSchema,
      formats: ['json'],
      example: { graph: 'greeting', inputs: { name: 'Grace' } },
    },
    replies: {
      200: {
        description: 'At the least, as expected, at the most.',
        schema: estimateSchema,
        example: {
          ...{ graph: 'greeting', version: 1, ...COSTS, budgetMicroUsd: 100_000_000 },
          ...{ worstCaseExceedsBudget: false, unpricedAgents: 0, agents: [AGENT] },
        },
      },
    },
    errors: ['InvalidGraph', 'NotFound'],
    handle: async ({ body }, context) => ({ status: 200, body: await estimateGraph(context, body) }),
  }),
  route({
    method: 'get',
    path: '/runs/{id}/estimate',
    operationId: 'getRunEstimate',
    tag: 'Runs',
    summary: 'What a run was expected to cost, beside what it has cost',
    description: 'Estimated from what was completed before the run was accepted, at today’s prices.',
    params: runParams,
    replies: {
      200: {
        description: 'The estimate, the actual cost and their ratio.',
        schema: runEstimateSchema,
        example: {
          ...{ runId: RUN.runId, status: RUN.status, ...COSTS, actualMicroUsd: 175, actualToExpected: 1.58 },
          ...{ withinWorstCase: true, agents: [{ ...AGENT, actualMicroUsd: 175 }] },
        },
      },
    },
    errors: [],
    handle: async ({ params }, context) => ({ status: 200, body: await estimateOfRun(context, params.id) }),
  }),
];
