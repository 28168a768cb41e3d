import { z } from 'zod';
import { listTickEvents, listTicks } from '../../adapters/postgres';
import {
  runParams,
  simulationSnapshotSchema,
  tickEventsQuery,
  tickEventsSchema,
  ticksPageSchema,
  ticksQuery,
} from '../../contracts/api.schema';
import { ticksAsCsv } from '../../domain/simulation/record/ticks-as-csv';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { requireSimulation } from '../services/require-simulation';
import { simulationSnapshotOf, tickWithRoundsOf } from '../services/simulation-views';
import { CSV_EXAMPLE, SNAPSHOT, TICK, TICK_ANSWER, TICK_EVENT } from './examples-simulation';

const CSV = 'text/csv';
const digits = z.string().regex(/^\d{1,9}$/);
/** Tick and position of the last event of the page before. */
const eventCursorKey = z.tuple([digits, digits]);

export const simulationTickRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/simulations/{id}/ticks',
    operationId: 'listTicks',
    tag: 'Simulations',
    summary: 'Recorded ticks in their order, with what was decided',
    description: 'Of a fork the ticks up to its fork tick are its parent’s.',
    params: runParams,
    query: ticksQuery,
    replies: {
      200: {
        description: 'A page.',
        schema: ticksPageSchema,
        example: { items: [{ ...TICK, rounds: [[TICK_ANSWER]], messages: null }], nextAfter: null },
      },
    },
    errors: [],
    handle: async ({ params: { id }, query: { after, limit } }, { deps: { pool }, tenant }) => {
      await requireSimulation(pool, tenant, id);
      const ticks = await listTicks(pool, { tenant, runId: id, after, until: after + limit + 1, limit: limit + 1 });
      const shown = ticks.slice(0, limit);
      const nextAfter = ticks.length > limit ? shown.at(-1)!.tick : null;
      return { status: 200, body: { items: shown.map(tickWithRoundsOf), nextAfter } };
    },
  }),
  route({
    method: 'get',
    path: '/simulations/{id}/ticks.csv',
    operationId: 'listTicksAsCsv',
    tag: 'Simulations',
    summary: 'Figures of recorded ticks as CSV',
    description:
      'One row per tick and one column per figure, with a head. Pages are those of `/simulations/{id}/ticks`.',
    params: runParams,
    query: ticksQuery,
    replies: { 200: { description: 'A page.', contentType: CSV, schema: z.string(), example: CSV_EXAMPLE } },
    errors: [],
    handle: async ({ params: { id }, query: { after, limit } }, { deps: { pool }, tenant }) => {
      await requireSimulation(pool, tenant, id);
      const ticks = await listTicks(pool, { tenant, runId: id, after, until: after + limit, limit });
      return {
        status: 200,
        bytes: Buffer.from(ticksAsCsv(ticks)),
        headers: { 'content-type': `${CSV}; charset=utf-8` },
      };
    },
  }),
  route({
    method: 'get',
    path: '/simulations/{id}/snapshot',
    operationId: 'getSimulationSnapshot',
    tag: 'Simulations',
    summary: 'Where a simulation stands: its figures, and who decided last for each agent',
    params: runParams,
    replies: { 200: { description: 'As recorded now.', schema: simulationSnapshotSchema, example: SNAPSHOT } },
    errors: [],
    handle: async ({ params: { id } }, { deps: { pool }, tenant }) => {
      const { row, simulation } = await requireSimulation(pool, tenant, id);
      const range = { tenant, runId: id, after: row.tick - 1, until: row.tick, limit: 1 };
      const [latest] = await listTicks(pool, range);
      return { status: 200, body: simulationSnapshotOf(row, simulation, latest, new Date()) };
    },
  }),
  route({
    method: 'get',
    path: '/simulations/{id}/events',
    operationId: 'listTickEvents',
    tag: 'Simulations',
    summary: 'World events, in their order',
    params: runParams,
    query: tickEventsQuery,
    replies: {
      200: { description: 'A page.', schema: tickEventsSchema, example: { items: [TICK_EVENT], nextCursor: null } },
    },
    errors: [],
    handle: async ({ params: { id }, query: { after, limit, type, cursor } }, { deps: { pool }, tenant }) => {
      const { row } = await requireSimulation(pool, tenant, id);
      const [tick, afterPosition] = decodeCursor(eventCursorKey, cursor)?.map(Number) ?? [after];
      const range = { tenant, runId: id, after: tick!, until: row.ticks, limit: limit + 1 };
      const events = await listTickEvents(pool, { ...range, type, afterPosition });
      const body = pageOf(
        events,
        limit,
        (event) => [String(event.tick), String(event.position)],
        (event) => event,
      );
      return { status: 200, body };
    },
  }),
];
