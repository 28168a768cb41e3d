import { z } from 'zod';
import { listPartitions, listRuns } from '../../adapters/postgres';
import { PAUSE_UPDATE, RESUME_UPDATE } from '../../contracts/agent-run';
import {
  partitionedCancelledSchema,
  partitionedListQuery,
  partitionedPageSchema,
  partitionedProgressSchema,
  partitionedStartedSchema,
  partitionedSteeredSchema,
  partitionedViewSchema,
  runParams,
  startPartitionedSchema,
} from '../../contracts/api.schema';
import { PARTITIONED_KIND } from '../../contracts/partitioned-simulation';
import { STOP_UPDATE } from '../../contracts/simulation';
import { decodeCursor, pageOf } from '../http/cursor';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { cancelRun } from '../services/cancel-run';
import { partitionedProgress } from '../services/partitioned-progress';
import { partitionedItemOf, partitionedLinksOf, partitionedViewOf } from '../services/partitioned-views';
import { requirePartitioned } from '../services/require-partitioned';
import { PLACE_ERRORS } from '../services/place-agents';
import { installationOf } from '../services/start-simulation';
import { acceptPartitioned } from '../services/start-partitioned';
import { launch } from '../services/start-run';
import { steeredReply } from '../services/steer-simulation';
import { startedRun, tell } from '../services/steer-run';
import {
  PARTITIONED,
  PARTITIONED_ITEM,
  PARTITIONED_PROGRESS,
  PARTITIONED_STARTED,
  START_PARTITIONED,
} from './examples-partitioned';

const { runId } = PARTITIONED;
const cursorKey = z.tuple([z.uuid()]);

function steering(action: string, update: string, operation: { operationId: string; summary: string }): Route {
  return route({
    ...{
      method: 'post',
      path: `/partitioned-simulations/{id}/${action}`,
      tag: 'Partitioned simulations',
      ...operation,
    },
    ...{ params: runParams, idempotent: true, errors: ['WrongState', 'ServiceUnavailable'] },
    replies: { 200: { description: 'Done.', schema: partitionedSteeredSchema, example: { runId, done: true } } },
    handle: ({ params: { id } }, context) =>
      steeredReply(context, `POST /partitioned-simulations/{id}/${action}`, { id }, async () => {
        await requirePartitioned(context.deps.pool, context.tenant, id);
        await tell(context, await startedRun(context, id, action), update);
        return { runId: id, done: true as const };
      }),
  });
}

export const partitionedSimulationRoutes: readonly Route[] = [
  route({
    ...{ method: 'post', path: '/partitioned-simulations', operationId: 'startPartitionedSimulation' },
    tag: 'Partitioned simulations',
    summary: 'Start a simulation of several partitions that go tick by tick together',
    description:
      'Each partition is a simulation of its own. A partition that fails or does not answer in time is named and removed; the others go on.',
    body: { schema: startPartitionedSchema, formats: ['json', 'yaml'], example: START_PARTITIONED },
    idempotent: true,
    replies: {
      201: { description: 'Started.', schema: partitionedStartedSchema, example: PARTITIONED_STARTED },
      202: {
        description: 'Accepted; Temporal does not know it yet.',
        schema: partitionedStartedSchema,
        example: { ...PARTITIONED_STARTED, launch: 'accepted' },
      },
    },
    errors: ['UnknownWorld', 'NotFound', ...PLACE_ERRORS],
    handle: async ({ body }, context) => {
      const { deps, tenant } = context;
      const { answer, replayed } = await once(context, 'POST /partitioned-simulations', body, async (tx) => ({
        status: 201,
        answer: await acceptPartitioned(tx, tenant, body, installationOf(deps)),
      }));
      const accepted = (await launch(deps, tenant, answer.runId)) === 'accepted';
      const links = partitionedLinksOf(answer, deps.settings);
      return {
        status: accepted ? 202 : 201,
        body: { ...answer, status: 'pending', launch: accepted ? 'accepted' : 'started', links },
        headers: { location: links.self, ...(replayed ? REPLAYED : {}) },
      };
    },
  }),
  route({
    ...{ method: 'get', path: '/partitioned-simulations', operationId: 'listPartitionedSimulations' },
    tag: 'Partitioned simulations',
    summary: 'Partitioned simulations, newest first',
    query: partitionedListQuery,
    replies: {
      200: {
        description: 'A page.',
        schema: partitionedPageSchema,
        example: { items: [PARTITIONED_ITEM], nextCursor: null },
      },
    },
    errors: [],
    handle: async ({ query: { limit, cursor, status } }, { deps, tenant }) => {
      const before = decodeCursor(cursorKey, cursor)?.[0];
      const rows = await listRuns(deps.pool, { tenant, limit: limit + 1, status, before, kind: PARTITIONED_KIND });
      return { status: 200, body: pageOf(rows, limit, (row) => [row.runId], partitionedItemOf) };
    },
  }),
  route({
    ...{ method: 'get', path: '/partitioned-simulations/{id}', operationId: 'getPartitionedSimulation' },
    tag: 'Partitioned simulations',
    summary: 'A partitioned simulation with every partition of it',
    params: runParams,
    replies: { 200: { description: 'As the book has it now.', schema: partitionedViewSchema, example: PARTITIONED } },
    errors: [],
    // Its row is read first: once it says that the whole is over, what is read after it does not change any more.
    handle: async ({ params: { id } }, { deps: { pool, settings }, tenant }) => {
      const run = await requirePartitioned(pool, tenant, id);
      return { status: 200, body: partitionedViewOf(run, await listPartitions(pool, tenant, id), settings) };
    },
  }),
  route({
    ...{ method: 'get', path: '/partitioned-simulations/{id}/progress', operationId: 'monitorPartitionedSimulation' },
    tag: 'Partitioned simulations',
    summary: 'How far it is, what it uses, and how every agent stands',
    params: runParams,
    replies: {
      200: { description: 'Now.', schema: partitionedProgressSchema, example: PARTITIONED_PROGRESS },
    },
    errors: [],
    handle: async ({ params: { id } }, context) => ({ status: 200, body: await partitionedProgress(context, id) }),
  }),
  steering('pause', PAUSE_UPDATE, {
    operationId: 'pausePartitionedSimulation',
    summary: 'Begin no further tick in any partition for now',
  }),
  steering('resume', RESUME_UPDATE, {
    operationId: 'resumePartitionedSimulation',
    summary: 'Go on after a pause',
  }),
  steering('stop', STOP_UPDATE, {
    operationId: 'stopPartitionedSimulation',
    summary: 'End every partition when they meet next',
  }),
  route({
    ...{ method: 'post', path: '/partitioned-simulations/{id}/cancel', operationId: 'cancelPartitionedSimulation' },
    tag: 'Partitioned simulations',
    summary: 'Give up what is under way in every partition, and end',
    params: runParams,
    replies: {
      202: {
        description: 'Asked.',
        schema: partitionedCancelledSchema,
        example: { runId, status: 'running', cancelRequested: true },
      },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id } }, { deps, tenant }) => {
      const { status } = await cancelRun(deps, tenant, id, requirePartitioned);
      return { status: 202, body: { runId: id, status, cancelRequested: true } };
    },
  }),
];
