import {
  simulationStartedSchema,
  warGameRequestSchema,
  warGameSchema,
  type WarGameRequest,
} from '../../contracts/api.schema';
import { present } from '../../domain/kernel/assert';
import { MARKET_MINDS } from '../../domain/worlds/marketplace/bots';
import { playWarGame, warGameResult } from '../../domain/worlds/marketplace/trials/war-game';
import { once } from '../idempotency';
import { route, type Route } from '../route';
import { simulationStartedReply } from '../services/simulation-started-reply';
import { PLACE_ERRORS } from '../services/place-agents';
import { installationOf } from '../services/start-simulation';
import { acceptWarGame } from '../services/start-war-game';
import { SIMULATION_STARTED } from './examples-simulation';

const DOMAIN = { overallScore: 75 };
const EXAMPLE = {
  ticks: [{ tick: 1, profitCents: 19_912, inventoryCents: 590_400, revenueCents: 23_992, marketShare: 1 }],
  ...{ finalProfitCents: 19_912, resilienceScore: 50.3, eventsSurvived: 4, totalEvents: 5, isProfitable: true },
  agentDecisions: 180,
  metrics: { tick: 180, score: 75, breakdown: { finance: DOMAIN, trust: DOMAIN } },
};

export const warGameRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/war-games',
    operationId: 'playWarGame',
    tag: 'Simulations',
    summary: 'One shop against events of your choice',
    description:
      'Of an `agent` without a model it is played at once and nothing is stored: 180 days take about a tenth of a second. ' +
      'With a `player` it is a simulation like any other, whose result has the resilience and all metrics (`measured`).',
    body: {
      schema: warGameRequestSchema,
      formats: ['json'],
      example: { agent: 'baseline-v1', tier: 2, days: 180, events: [{ type: 'price_war', severity: 60 }], seed: 42 },
    },
    idempotent: true,
    replies: {
      200: { description: 'What came of it, day by day.', schema: warGameSchema, example: EXAMPLE },
      201: { description: 'The simulation is started.', schema: simulationStartedSchema, example: SIMULATION_STARTED },
      202: {
        description: 'The simulation is accepted; Temporal does not know it yet.',
        schema: simulationStartedSchema,
        example: { ...SIMULATION_STARTED, launch: 'accepted' },
      },
    },
    errors: [...PLACE_ERRORS],
    handle: async ({ body }, context) => {
      const { player } = body;
      if (player === undefined) return { status: 200, body: play(body) };
      const { answer, replayed } = await once(context, 'POST /war-games', body, async (tx) => ({
        status: 201,
        answer: await acceptWarGame(tx, context.tenant, { ...body, player }, installationOf(context.deps)),
      }));
      return await simulationStartedReply(context, answer, replayed);
    },
  }),
];

function play({ agent, ...config }: WarGameRequest) {
  return warGameResult(playWarGame(present(MARKET_MINDS[agent], `There is no agent ${agent}`), config));
}
