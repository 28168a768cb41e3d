import { listMembers } from '../../adapters/postgres';
import {
  batchCancelledSchema,
  batchStartedSchema,
  batchViewSchema,
  runParams,
  startBatchSchema,
} from '../../contracts/api.schema';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { batchLinksOf, batchViewOf } from '../services/batch-views';
import { cancelRun } from '../services/cancel-run';
import { requireBatch } from '../services/require-batch';
import { acceptBatch } from '../services/start-batch';
import { launch } from '../services/start-run';
import { BATCH, BATCH_STARTED } from './examples-batch';

export const batchRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/batches',
    operationId: 'startBatch',
    tag: 'Batches',
    summary: 'Start many runs through a sliding window',
    description:
      'All runs are written in one transaction and start in their order, `maxConcurrentRuns` at once. One that fails is reported and never ends the batch.',
    body: {
      schema: startBatchSchema,
      formats: ['json'],
      example: { name: 'mornings', runs: [{ graph: 'greeting', inputs: { name: 'Grace' } }, { graph: 'greeting' }] },
    },
    idempotent: true,
    replies: {
      201: { description: 'Started.', schema: batchStartedSchema, example: BATCH_STARTED },
      202: {
        description: 'Accepted; Temporal does not know it yet.',
        schema: batchStartedSchema,
        example: { ...BATCH_STARTED, launch: 'accepted' },
      },
    },
    errors: [],
    handle: async ({ body }, context) => {
      const { deps, tenant } = context;
      const { answer, replayed } = await once(context, 'POST /batches', body, async (tx) => ({
        status: 201,
        answer: await acceptBatch(tx, tenant, body, deps.settings.llm),
      }));
      const { batchId, workflowId } = answer;
      const accepted = (await launch(deps, tenant, batchId)) === 'accepted';
      const links = batchLinksOf({ runId: batchId, workflowId }, deps.settings);
      return {
        status: accepted ? 202 : 201,
        body: { ...answer, status: 'pending', launch: accepted ? 'accepted' : 'started', links },
        headers: { location: links.self, ...(replayed ? REPLAYED : {}) },
      };
    },
  }),
  route({
    method: 'get',
    path: '/batches/{id}',
    operationId: 'getBatch',
    tag: 'Batches',
    summary: 'A batch with every run of it',
    params: runParams,
    replies: { 200: { description: 'As the book has it now.', schema: batchViewSchema, example: BATCH } },
    errors: [],
    // Its row is read first: once it says that the batch is over, what is read after it does not change any more.
    handle: async ({ params: { id } }, { deps: { pool, settings }, tenant }) => {
      const batch = await requireBatch(pool, tenant, id);
      return { status: 200, body: batchViewOf(batch, await listMembers(pool, tenant, id), settings) };
    },
  }),
  route({
    method: 'post',
    path: '/batches/{id}/cancel',
    operationId: 'cancelBatch',
    tag: 'Batches',
    summary: 'Ask a batch and all its runs to stop',
    description: 'What runs is cancelled, what was completed is kept, what has not begun never does.',
    params: runParams,
    replies: {
      202: {
        description: 'Asked.',
        schema: batchCancelledSchema,
        example: { batchId: BATCH.batchId, status: 'running', cancelRequested: true },
      },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id } }, { deps, tenant }) => {
      const { status } = await cancelRun(deps, tenant, id, requireBatch);
      return { status: 202, body: { batchId: id, status, cancelRequested: true } };
    },
  }),
];
