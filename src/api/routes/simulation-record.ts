import { z } from 'zod';
import { recordQuery, runParams } from '../../contracts/api.schema';
import { TYPE_OF_FORMAT } from '../http/body';
import { route, type Route } from '../route';
import { recordPage } from '../services/simulation-record';
import { SELLER, SIMULATION, TICK, TICK_ANSWER } from './examples-simulation';

const { runId, name, world, seed, ticks } = SIMULATION;
const LINES = [
  {
    ...{ type: 'definition', format: 'longhaul-simulation-1', runId, name, world, worldVersion: 1, seed },
    ...{ scenario: { days: 180 }, ticks, agents: [SELLER], rules: [], failures: { inARow: 5, then: 'park' } },
    ...{ parentRunId: null, forkTick: null, change: null },
  },
  { type: 'tick', tick: 1, rounds: [[TICK_ANSWER]], hash: TICK.hash },
  { type: 'end', tick: 1, hash: TICK.hash, status: 'running' },
];

export const simulationRecordRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/simulations/{id}/record',
    operationId: 'getSimulationRecord',
    tag: 'Simulations',
    summary: 'All that is needed to compute the run again, as JSON lines',
    description:
      'First the definition (of a fork those of its parents before it), then each tick with its decisions and its state hash, last a line of type `end`. Ask again with `after` = `tick` of the last line until that one comes. `longhaul replay` computes it.',
    params: runParams,
    query: recordQuery,
    replies: {
      200: {
        ...{ description: 'A part of the record.', contentType: TYPE_OF_FORMAT.ndjson },
        ...{ schema: z.string(), example: LINES.map((line) => `${JSON.stringify(line)}\n`).join('') },
      },
    },
    errors: ['NotFound'],
    handle: async ({ params: { id }, query: { after, limit } }, { deps: { pool }, tenant }) => {
      const lines = await recordPage(pool, { tenant, runId: id, after, limit });
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      return { status: 200, bytes: Buffer.from(text), headers: { 'content-type': TYPE_OF_FORMAT.ndjson } };
    },
  }),
];
