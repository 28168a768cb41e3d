import { z } from 'zod';
import { getGraph, getRunEvents, getRunNodes, listAttempts } from '../../adapters/postgres';
import {
  runAttemptsQuery,
  runAttemptsSchema,
  runCancelledSchema,
  runEventsQuery,
  runEventsSchema,
  runGraphSchema,
  runParams,
  runResultQuery,
  runResultSchema,
} from '../../contracts/api.schema';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { cancelRun } from '../services/cancel-run';
import { requireRun } from '../services/require-run';
import { runResult } from '../services/run-result';
import { attemptOf, drawingOf, eventOf } from '../services/run-views';
import { RUN, RUN_AGENT } from './examples';

const { runId, status } = RUN;
const NODE = {
  ...{
    name: 'greeter',
    status: 'completed',
    reasonCode: null,
    module: 'General',
    description: '',
    level: 0,
    priority: 5,
  },
  ...{ costMicroUsd: 175, startedAt: RUN_AGENT.startedAt, completedAt: RUN_AGENT.completedAt },
};
const EVENT = { seq: 1, at: RUN.createdAt, type: 'run-accepted', node: null, data: {} };
const ATTEMPT = {
  ...{ attemptKey: `${runId}/greeter/0#1`, callKey: `${runId}/greeter/0`, n: 1, node: 'greeter', state: 'settled' },
  ...{
    provider: 'scripted',
    model: 'scripted-echo',
    estimateMicroUsd: 1_542,
    actualMicroUsd: 175,
    inputTokens: 42,
    outputTokens: 7,
  },
  ...{ priceVersion: 'scripted.yaml 2026-11-20 | 0:250000/25000/250000/2000000', estimated: false },
  ...{ providerRequestId: 'req-1', failureClass: null, failure: null, late: false },
  ...{ reservedAt: RUN_AGENT.startedAt, sentAt: RUN_AGENT.startedAt, closedAt: RUN_AGENT.completedAt },
};
const OUTPUT = {
  ...{
    status: 'completed',
    reasonCode: null,
    reason: null,
    outputRef: RUN_AGENT.outputRef,
    model: 'scripted-echo',
    costMicroUsd: 175,
  },
  ...{
    output: { content: 'Hello, Grace.', toolCalls: [], finishReason: 'stop', model: 'scripted-echo' },
    problem: null,
  },
};
const attemptsCursor = z.tuple([z.string().max(512), z.coerce.number().int().min(1).max(2_147_483_647)]);

export const runDetailRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/runs/{id}/graph',
    operationId: 'getRunGraph',
    tag: 'Runs',
    summary: 'Nodes with their state and edges, for drawing',
    params: runParams,
    replies: {
      200: {
        description: 'The drawing.',
        schema: runGraphSchema,
        example: { runId, status, nodes: [NODE], edges: [] },
      },
    },
    errors: [],
    handle: async ({ params: { id } }, { deps: { pool }, tenant }) => {
      const run = await requireRun(pool, tenant, id);
      const [nodes, graph] = await Promise.all([
        getRunNodes(pool, tenant, id),
        run.graphId === null ? undefined : getGraph(pool, tenant, run.graphId),
      ]);
      return { status: 200, body: drawingOf(run, nodes, graph) };
    },
  }),
  route({
    method: 'get',
    path: '/runs/{id}/events',
    operationId: 'getRunEvents',
    tag: 'Runs',
    summary: 'What happened, oldest first',
    description:
      'Filtered before the limit. To follow a run, ask again with `after` = the largest of `lastSeq` and the last item’s seq.',
    params: runParams,
    query: runEventsQuery,
    replies: {
      200: {
        description: 'Events.',
        schema: runEventsSchema,
        example: { items: [EVENT], lastSeq: 1, nextAfter: null },
      },
    },
    errors: [],
    handle: async ({ params: { id }, query: { after, type, node, limit } }, { deps: { pool }, tenant }) => {
      const { eventSeq } = await requireRun(pool, tenant, id);
      const events = await getRunEvents(pool, { tenant, runId: id, afterSeq: after, type, node, limit: limit + 1 });
      const items = events.slice(0, limit).map(eventOf);
      const last = items.at(-1)?.seq ?? after;
      return {
        status: 200,
        body: { items, lastSeq: Math.max(eventSeq, last), nextAfter: events.length > limit ? last : null },
      };
    },
  }),
  route({
    method: 'get',
    path: '/runs/{id}/attempts',
    operationId: 'getRunAttempts',
    tag: 'Runs',
    summary: 'Every try at a provider, by call key',
    params: runParams,
    query: runAttemptsQuery,
    replies: {
      200: { description: 'A page.', schema: runAttemptsSchema, example: { items: [ATTEMPT], nextCursor: null } },
    },
    errors: [],
    handle: async ({ params: { id }, query: { limit, cursor } }, { deps: { pool }, tenant }) => {
      await requireRun(pool, tenant, id);
      const key = decodeCursor(attemptsCursor, cursor);
      const after = key === undefined ? undefined : { callKey: key[0], n: key[1] };
      const attempts = await listAttempts(pool, { tenant, runId: id, limit: limit + 1, after });
      return { status: 200, body: pageOf(attempts, limit, ({ callKey, n }) => [callKey, String(n)], attemptOf) };
    },
  }),
  route({
    method: 'get',
    path: '/runs/{id}/result',
    operationId: 'getRunResult',
    tag: 'Runs',
    summary: 'What the agents of a finished run brought',
    params: runParams,
    query: runResultQuery,
    replies: {
      200: {
        description: 'Outputs by agent.',
        schema: runResultSchema,
        example: {
          runId,
          name: RUN.name,
          status,
          reasonCode: null,
          reason: null,
          totalCostMicroUsd: 175,
          completedAt: RUN.completedAt,
          outputs: { greeter: OUTPUT },
        },
      },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id }, query: { node } }, { deps, tenant }) => ({
      status: 200,
      body: await runResult(deps, tenant, id, node),
    }),
  }),
  route({
    method: 'post',
    path: '/runs/{id}/cancel',
    operationId: 'cancelRun',
    tag: 'Runs',
    summary: 'Ask a run to stop',
    description: 'What runs is cancelled, what was completed is kept. Asking twice is asking once.',
    params: runParams,
    replies: {
      202: {
        description: 'Asked.',
        schema: runCancelledSchema,
        example: { runId, status: 'running', cancelRequested: true },
      },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id } }, { deps, tenant }) => {
      const run = await cancelRun(deps, tenant, id);
      return { status: 202, body: { runId: run.runId, status: run.status, cancelRequested: true } };
    },
  }),
];
