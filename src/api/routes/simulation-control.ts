import {
  advanceSchema,
  answerDecisionSchema,
  changeSimulationSchema,
  externalRequestsSchema,
  forkSchema,
  hintSchema,
  runParams,
  simulationChangeSchema,
  simulationStartedSchema,
  simulationSteeredSchema,
} from '../../contracts/api.schema';
import { PAUSE_UPDATE, RESUME_UPDATE } from '../../contracts/agent-run';
import { ADVANCE_UPDATE, ANSWER_UPDATE, type AnswerInput, HINT_UPDATE, STOP_UPDATE } from '../../contracts/simulation';
import type { Json } from '../../domain/kernel/canonical-json';
import { factsAfter } from '../../domain/simulation/run/simulation-terms';
import { once } from '../idempotency';
import { route, type Route } from '../route';
import { requireSimulation } from '../services/require-simulation';
import { agreedTerms, changeSimulation } from '../services/simulation-terms';
import { simulationStartedReply } from '../services/simulation-started-reply';
import { PLACE_ERRORS } from '../services/place-agents';
import { acceptFork } from '../services/fork-simulation';
import { installationOf } from '../services/start-simulation';
import { simulationState, steeredReply, steerSimulation } from '../services/steer-simulation';
import { SIMULATION, SIMULATION_STARTED } from './examples-simulation';

const { runId } = SIMULATION;
const DONE = { 200: { description: 'Done.', schema: simulationSteeredSchema, example: { runId, done: true } } };
/** All of it is in one event of the run. */
const TERMS_BYTES_MAX = 64 * 1024;
const ERRORS = ['WrongState', 'ServiceUnavailable'] as const;

function steering(
  path: string,
  update: string,
  operation: { operationId: string; summary: string; description?: string },
): Route {
  return route({
    ...{ method: 'post', path: `/simulations/{id}/${path}`, tag: 'Simulations', ...operation },
    ...{ params: runParams, idempotent: true, replies: DONE, errors: ERRORS },
    handle: ({ params: { id } }, context) =>
      steeredReply(context, `POST /simulations/{id}/${path}`, { id }, () => steerSimulation(context, id, update)),
  });
}

export const simulationControlRoutes: readonly Route[] = [
  steering('pause', PAUSE_UPDATE, { operationId: 'pauseSimulation', summary: 'Begin no further tick for now' }),
  steering('resume', RESUME_UPDATE, {
    operationId: 'resumeSimulation',
    summary: 'Go on after a pause, or after the run was parked',
    description: 'A parked run tries again what it could not do.',
  }),
  steering('stop', STOP_UPDATE, {
    operationId: 'stopSimulation',
    summary: 'End the run after the tick under way',
    description:
      'It ends as `partially_completed`, with everything recorded. To give up a tick under way, cancel the run.',
  }),
  route({
    ...{ method: 'post', path: '/simulations/{id}/advance', operationId: 'advanceSimulation', tag: 'Simulations' },
    summary: 'Play so many ticks, then pause',
    ...{ params: runParams, idempotent: true, replies: DONE, errors: ERRORS },
    body: { schema: advanceSchema, formats: ['json'], example: { ticks: 7 } },
    handle: ({ params: { id }, body }, context) =>
      steeredReply(context, 'POST /simulations/{id}/advance', { id, body }, () =>
        steerSimulation(context, id, ADVANCE_UPDATE, body),
      ),
  }),
  route({
    ...{ method: 'post', path: '/simulations/{id}/hints', operationId: 'giveHint', tag: 'Simulations' },
    summary: 'Say something to agents in the prompts of the next tick',
    ...{ params: runParams, idempotent: true, replies: DONE, errors: ERRORS },
    body: { schema: hintSchema, formats: ['json'], example: { text: 'A trade fair begins tomorrow.' } },
    handle: ({ params: { id }, body }, context) =>
      steeredReply(context, 'POST /simulations/{id}/hints', { id, body }, () =>
        steerSimulation(context, id, HINT_UPDATE, body),
      ),
  }),
  route({
    ...{ method: 'put', path: '/simulations/{id}', operationId: 'changeSimulation', tag: 'Simulations' },
    summary: 'Change its name, or from the next tick on its rules, its failure policy or the budgets of its agents',
    description:
      'What is left out stays. The event `terms-changed` of the run says after which tick. A run that is parked stays so until it is resumed. World, seed, scenario, ticks and agents do not change: that is a fork.',
    ...{ params: runParams, idempotent: true, replies: DONE, errors: ERRORS },
    body: {
      ...{ schema: changeSimulationSchema, documented: simulationChangeSchema, formats: ['json', 'yaml'] },
      ...{ example: { budgets: { seller: { run: { tokens: 9_000_000 } } } }, limitBytes: TERMS_BYTES_MAX },
    },
    handle: ({ params: { id }, body }, context) =>
      steeredReply(context, 'PUT /simulations/{id}', { id, body }, () => changeSimulation(context, id, body)),
  }),
  route({
    ...{ method: 'get', path: '/simulations/{id}/requests', operationId: 'listRequests', tag: 'Simulations' },
    summary: 'What people are asked now, with what they see',
    params: runParams,
    replies: {
      200: {
        description: 'Open requests.',
        schema: externalRequestsSchema,
        example: { items: [{ agentId: 'seller', tick: 12, dueTick: 12, view: { day: 13 } }] },
      },
    },
    errors: ERRORS,
    handle: async ({ params: { id } }, context) => {
      const { requests: items } = await simulationState(context, id);
      return { status: 200, body: { items } };
    },
  }),
  route({
    ...{ method: 'post', path: '/simulations/{id}/answers', operationId: 'answerRequest', tag: 'Simulations' },
    summary: 'Decide for an agent that waits for a person',
    ...{ params: runParams, idempotent: true, replies: DONE, errors: ERRORS },
    body: {
      ...{ schema: answerDecisionSchema, formats: ['json'] },
      example: { agentId: 'seller', decision: { accept_all_orders: true } },
    },
    handle: ({ params: { id }, body }, context) => {
      const arg: AnswerInput = { agentId: body.agentId, raw: body.decision as Json };
      const answer = () => steerSimulation(context, id, ANSWER_UPDATE, arg);
      return steeredReply(context, 'POST /simulations/{id}/answers', { id, body }, answer);
    },
  }),
  route({
    ...{ method: 'post', path: '/simulations/{id}/fork', operationId: 'forkSimulation', tag: 'Simulations' },
    summary: 'Go another way from a recorded tick on',
    description:
      'With other agents, models, prompts or rules. What was decided up to that tick is shared, and nothing of it is paid again; chance after it is the same.',
    params: runParams,
    body: {
      ...{ schema: forkSchema, formats: ['json'] },
      example: { tick: 60, agents: [{ id: 'seller', kind: 'script', bot: 'greedy-script' }] },
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
    errors: ['WrongState', ...PLACE_ERRORS],
    handle: async ({ params: { id }, body }, context) => {
      const { deps, tenant } = context;
      const { row, simulation } = await requireSimulation(deps.pool, tenant, id);
      const parent = factsAfter(simulation, await agreedTerms(deps.pool, tenant, id), body.tick);
      const { answer, replayed } = await once(context, 'POST /simulations/{id}/fork', { id, body }, async (tx) => ({
        status: 201,
        answer: await acceptFork(tx, tenant, { ...parent, tick: row.tick }, row.name, body, installationOf(deps)),
      }));
      return await simulationStartedReply(context, answer, replayed);
    },
  }),
];
