import { z } from 'zod';
import { usageBy } from '../../adapters/postgres';
import { costRecordedSchema, recordCostSchema, usagePageSchema, usageQuery } from '../../contracts/api.schema';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { recordCost } from '../services/record-cost';
import { RUN } from './examples';

const cursorKey = z.tuple([z.string()]);

const USAGE = {
  ...{ key: 'scripted-echo', calls: 1, inputTokens: 42, outputTokens: 7, costMicroUsd: 175 },
  ...{ estimatedMicroUsd: 0, unknownCalls: 0, unknownMicroUsd: 0 },
};

export const usageRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/usage',
    operationId: 'getUsage',
    tag: 'Ledger',
    summary: 'What was spent, by agent, model, provider, run or day',
    description: 'From the attempts of the ledger: paid ones at their cost, unknown ones at their maximum.',
    query: usageQuery,
    replies: {
      200: { description: 'A page.', schema: usagePageSchema, example: { items: [USAGE], nextCursor: null } },
    },
    errors: [],
    handle: async ({ query: { groupBy, from, to, limit, cursor } }, { deps, tenant }) => {
      const after = decodeCursor(cursorKey, cursor)?.[0];
      const dates = { from: dateOf(from), to: dateOf(to) };
      const found = await usageBy(deps.pool, { tenant, groupBy, ...dates, limit: limit + 1, after });
      return {
        status: 200,
        body: pageOf(
          found,
          limit,
          ({ key }) => [key],
          (usage) => usage,
        ),
      };
    },
  }),
  route({
    method: 'post',
    path: '/costs',
    operationId: 'recordCost',
    tag: 'Ledger',
    summary: 'Record what a program of yours spent without the gateway',
    description:
      'Booked once per `key`, on the budgets of the agent, run, experiment or tenant. The money is gone: no budget refuses it.',
    body: {
      schema: recordCostSchema,
      formats: ['json'],
      example: { key: 'embedding-2026-11-20', model: 'gpt-4', inputTokens: 1000, outputTokens: 0, runId: RUN.runId },
    },
    replies: {
      200: {
        description: 'Booked, now or before.',
        schema: costRecordedSchema,
        example: { key: 'embedding-2026-11-20', costMicroUsd: 30_000, overMicroUsd: 0, estimated: false },
      },
    },
    errors: ['NotFound', 'UnknownPrice', 'IdempotencyKeyReused'],
    handle: async ({ body }, context) => ({ status: 200, body: await recordCost(context, body) }),
  }),
];

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
