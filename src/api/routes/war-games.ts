import { warGameRequestSchema, warGameSchema, type WarGameRequest } from '../../contracts/api.schema';
import { present } from '../../domain/kernel/assert';
import { MARKET_MINDS } from '../../domain/worlds/marketplace/bots';
import { playWarGame, warGameResult } from '../../domain/worlds/marketplace/trials/war-game';
import { route, type Route } from '../route';

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
      'Played at once, by an agent without a model; nothing is stored. The same request has the same answer. 180 days ' +
      'take about a tenth of a second.',
    body: {
      schema: warGameRequestSchema,
      formats: ['json'],
      example: { agent: 'baseline-v1', tier: 2, days: 180, events: [{ type: 'price_war', severity: 60 }], seed: 42 },
    },
    replies: { 200: { description: 'What came of it, day by day.', schema: warGameSchema, example: EXAMPLE } },
    errors: [],
    handle: async ({ body }) => ({ status: 200, body: play(body) }),
  }),
];

function play({ agent, ...config }: WarGameRequest) {
  return warGameResult(playWarGame(present(MARKET_MINDS[agent], `There is no agent ${agent}`), config));
}
