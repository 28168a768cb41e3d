import { z } from 'zod';
import { holdRun, listSimulations, listTicks } from '../../adapters/postgres';
import {
  runParams,
  simulationListQuery,
  simulationPageSchema,
  simulationResultSchema,
  simulationStartedSchema,
  simulationViewSchema,
  startSimulationSchema,
} from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import { factsAfter } from '../../domain/simulation/run/simulation-terms';
import { decodeCursor, pageOf } from '../http/cursor';
import { once } from '../idempotency';
import { route, type Route } from '../route';
import { releaseSimulation } from '../services/release-simulation';
import { requireSimulation } from '../services/require-simulation';
import { agreedTerms } from '../services/simulation-terms';
import { simulationSummaryOf, simulationViewOf } from '../services/simulation-views';
import { PLACE_ERRORS } from '../services/place-agents';
import { acceptSimulation, installationOf } from '../services/start-simulation';
import { simulationStartedReply } from '../services/simulation-started-reply';
import { RESULT, SELLER, SIMULATION, SIMULATION_STARTED, SIMULATION_VIEW } from './examples-simulation';

const cursorKey = z.tuple([z.uuid()]);

export const simulationRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/simulations',
    operationId: 'startSimulation',
    tag: 'Simulations',
    summary: 'Start a simulation of a world',
    description:
      'Answers when the run is in the book. With `start: false` it waits there to be started. While Temporal is down it is accepted (202) and started later by itself.',
    body: {
      schema: startSimulationSchema,
      formats: ['json', 'yaml'],
      example: { name: 'market', world: 'marketplace', ticks: 180, agents: [SELLER] },
    },
    idempotent: true,
    replies: {
      201: { description: 'Started.', schema: simulationStartedSchema, example: SIMULATION_STARTED },
      202: {
        description: 'Accepted; Temporal does not know it yet.',
        schema: simulationStartedSchema,
        example: { ...SIMULATION_STARTED, launch: 'accepted' },
      },
    },
    errors: ['UnknownWorld', 'NotFound', ...PLACE_ERRORS],
    handle: async ({ body }, context) => {
      const { answer, replayed } = await once(context, 'POST /simulations', body, async (tx) => {
        const accepted = await acceptSimulation(tx, context.tenant, body, installationOf(context.deps));
        if (!body.start) await holdRun(tx, context.tenant, accepted.runId);
        return { status: 201, answer: accepted };
      });
      return await simulationStartedReply(context, answer, replayed);
    },
  }),
  route({
    method: 'post',
    path: '/simulations/{id}/start',
    operationId: 'startHeldSimulation',
    tag: 'Simulations',
    summary: 'Start a simulation that was created with `start: false`',
    description: 'Said twice it is said once: of a run that is under way the answer says so.',
    params: runParams,
    replies: {
      201: { description: 'Started.', schema: simulationStartedSchema, example: SIMULATION_STARTED },
      202: {
        description: 'Accepted; Temporal does not know it yet.',
        schema: simulationStartedSchema,
        example: { ...SIMULATION_STARTED, launch: 'accepted' },
      },
    },
    errors: ['WrongState'],
    handle: async ({ params: { id } }, context) =>
      await simulationStartedReply(context, await releaseSimulation(context, id), false),
  }),
  route({
    method: 'get',
    path: '/simulations',
    operationId: 'listSimulations',
    tag: 'Simulations',
    summary: 'Simulations, newest first',
    query: simulationListQuery,
    replies: {
      200: { description: 'A page.', schema: simulationPageSchema, example: { items: [SIMULATION], nextCursor: null } },
    },
    errors: [],
    handle: async ({ query: { limit, cursor, status } }, { deps, tenant }) => {
      const before = decodeCursor(cursorKey, cursor)?.[0];
      const rows = await listSimulations(deps.pool, { tenant, limit: limit + 1, status, before });
      return { status: 200, body: pageOf(rows, limit, (row) => [row.runId], simulationSummaryOf) };
    },
  }),
  route({
    method: 'get',
    path: '/simulations/{id}',
    operationId: 'getSimulation',
    tag: 'Simulations',
    summary: 'A simulation with its definition and its last recorded tick',
    params: runParams,
    replies: {
      200: { description: 'As the book has it now.', schema: simulationViewSchema, example: SIMULATION_VIEW },
    },
    errors: [],
    handle: async ({ params: { id } }, { deps: { pool, settings }, tenant }) => {
      const { row, simulation } = await requireSimulation(pool, tenant, id);
      const range = { tenant, runId: id, after: row.tick - 1, until: row.tick, limit: 1 };
      const [latest] = await listTicks(pool, range);
      const now = factsAfter(simulation, await agreedTerms(pool, tenant, id));
      return { status: 200, body: simulationViewOf(row, now, latest, settings) };
    },
  }),
  route({
    method: 'get',
    path: '/simulations/{id}/result',
    operationId: 'getSimulationResult',
    tag: 'Simulations',
    summary: 'What is left of an ended run: totals, rows, decisions, whether the books balance, the scenario’s verdict',
    params: runParams,
    replies: { 200: { description: 'The result.', schema: simulationResultSchema, example: RESULT } },
    errors: ['WrongState'],
    handle: async ({ params: { id } }, { deps: { pool, artifacts }, tenant }) => {
      const { row, simulation } = await requireSimulation(pool, tenant, id);
      const { resultRef } = simulation;
      if (resultRef === null) {
        const params = { what: 'Simulation', id, state: row.status, action: 'get the result' };
        throw new LonghaulError('WrongState', { ...params, expected: 'a run that has ended with recorded ticks' });
      }
      const { payload } = await artifacts.get(tenant, resultRef);
      const stored = JSON.parse(Buffer.from(payload).toString('utf8')) as object;
      return { status: 200, body: { resultRef, ...stored } };
    },
  }),
];
