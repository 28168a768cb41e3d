import { z } from 'zod';
import { runTimeline } from '../../adapters/postgres';
import { runParams, runTimelineQuery, runTimelineSchema } from '../../contracts/api.schema';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { requireRun } from '../services/require-run';
import { spanOf } from '../services/run-views';
import { RUN, RUN_AGENT } from './examples';

const SPAN = {
  ...{ kind: 'attempt', key: `${RUN.runId}/greeter/0#1`, node: 'greeter', state: 'settled', what: 'scripted-echo' },
  ...{ startedAt: RUN_AGENT.startedAt, sentAt: RUN_AGENT.startedAt, endedAt: RUN_AGENT.completedAt },
};
const cursorKey = z.tuple([z.coerce.number().int().min(0), z.string().max(512)]);

export const timelineRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/runs/{id}/timeline',
    operationId: 'getRunTimeline',
    tag: 'Runs',
    summary: 'When each attempt, tool call and wait for a person began and ended',
    params: runParams,
    query: runTimelineQuery,
    replies: {
      200: {
        description: 'A page, by start.',
        schema: runTimelineSchema,
        example: { items: [SPAN], nextCursor: null },
      },
    },
    errors: [],
    handle: async ({ params: { id }, query: { limit, cursor, node } }, { deps: { pool }, tenant }) => {
      await requireRun(pool, tenant, id);
      const key = decodeCursor(cursorKey, cursor);
      const after = key && { startUs: key[0], key: key[1] };
      const spans = await runTimeline(pool, { tenant, runId: id, node, limit: limit + 1, after });
      return { status: 200, body: pageOf(spans, limit, (span) => [String(span.startUs), span.key], spanOf) };
    },
  }),
];
