import { z } from 'zod';
import { MARKET_MINDS } from '../../domain/worlds/marketplace/bots';
import { TIERS, WAR_GAME_EVENTS } from '../../domain/worlds/marketplace/trials/war-game-events';
import { simulatedAgentSchema } from './simulation-agents.schema';
import { usd } from './simulation-fields.schema';

const AGENTS = Object.keys(MARKET_MINDS) as [string, ...string[]];
const EVENTS_MAX = 10;
const cents = z.int();
const score = z.number().min(0).max(100);

export const warGameRequestSchema = z
  .strictObject({
    agent: z.enum(AGENTS).default('baseline-v1').meta({ description: 'A seller without a model, played at once.' }),
    player: simulatedAgentSchema
      .optional()
      .meta({ description: 'An agent of any kind, played as a simulation; `agent` does not count then.' }),
    costBudgetUsd: usd('What all decisions of `player` together may cost.').default(10),
    tier: z
      .union(TIERS.map((tier) => z.literal(tier)))
      .default(2)
      .meta({ description: 'How likely and how hard the events are.' }),
    days: z.int().min(30).max(365).default(180),
    events: z
      .array(
        z.strictObject({
          type: z.enum(WAR_GAME_EVENTS),
          severity: z.int().min(0).max(100),
          enabled: z.boolean().default(true),
        }),
      )
      .max(EVENTS_MAX)
      .default([]),
    seed: z.int().min(0).max(4_294_967_295).default(42),
  })
  .meta({ id: 'WarGameRequest' });
export type WarGameRequest = z.output<typeof warGameRequestSchema>;

const domainScoreSchema = z
  .object({ overallScore: score })
  .catchall(z.number())
  .meta({ id: 'DomainScore', description: 'What the score was made of, by figure.' });

const metricSnapshotSchema = z
  .strictObject({ tick: z.int(), score, breakdown: z.record(z.string(), domainScoreSchema) })
  .meta({ id: 'MetricSnapshot' });

export const warGameSchema = z
  .strictObject({
    ticks: z.array(
      z.strictObject({
        tick: z.int(),
        profitCents: cents,
        inventoryCents: cents.meta({ description: 'At cost.' }),
        revenueCents: cents,
        marketShare: z.number().min(0).max(1).meta({ description: 'Of the customers who came, the share served.' }),
      }),
    ),
    finalProfitCents: cents.meta({ description: 'Growth of equity, with stock at cost.' }),
    resilienceScore: score.meta({ description: '50: as rich as at the beginning; 100: twice as rich, or richer.' }),
    eventsSurvived: z.int(),
    totalEvents: z.int(),
    isProfitable: z.boolean(),
    agentDecisions: z.int(),
    metrics: metricSnapshotSchema,
  })
  .meta({ id: 'WarGame' });
