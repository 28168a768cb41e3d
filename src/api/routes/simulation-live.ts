import { z } from 'zod';
import { liveQuery, runParams } from '../../contracts/api.schema';
import { lastEventOf } from '../http/last-event';
import { route, type Route } from '../route';
import { LiveSimulation } from '../services/live-simulation';
import { requireSimulation } from '../services/require-simulation';
import { serverEvent } from '../services/server-event';
import { TICK } from './examples-simulation';

/** Who begins to look on sees where the run comes from. */
const SHOWN_FIRST = 20;

const { tick, figures, storyline, mood } = TICK;
const FRAME = {
  ...{ source: 'live', tick, ticks: 180, state: 'going', summary: { figures, storyline, mood } },
  ...{ calls: 0, costMicroUsd: 0 },
};

export const simulationLiveRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/simulations/{id}/live',
    operationId: 'watchSimulation',
    tag: 'Simulations',
    summary: 'Watch a simulation, as server-sent events, until it ends',
    description: [
      'Events: `frame` after each tick (ten a second where ticks wait for nobody) and at each other state, `warning` once when one of the two',
      'sources is away, `end` with the status; a comment at the beginning, and when nothing happens for five seconds. A frame of `source` `live` comes before its tick is',
      'recorded and may be lost; one of `source` `record` is a recorded tick. The id of a frame is its tick: `Last-Event-ID`, or `after`, goes on behind it.',
    ].join(' '),
    params: runParams,
    query: liveQuery,
    replies: {
      200: {
        ...{ description: 'Until the run ends.', contentType: 'text/event-stream', schema: z.string() },
        example: serverEvent('frame', FRAME, tick),
      },
    },
    stream: true,
    errors: ['TooManyStreams'],
    handle: async ({ params: { id }, query }, context) => {
      const { row } = await requireSimulation(context.deps.pool, context.tenant, id);
      const after = lastEventOf(context) ?? query.after ?? Math.max(0, row.tick - SHOWN_FIRST);
      return { status: 200, events: new LiveSimulation(context, id, after).events() };
    },
  }),
];
