import { z } from 'zod';
import { ANSWER_SOURCES } from '../../domain/simulation/world';
import { microUsd, name, page, pageQuery, queryInteger, sha256, timestamp, uuid } from './common.schema';
import { runStatus } from './run.schema';
import { eventName, json, SIMULATION_LIMITS } from './simulation-fields.schema';

const simulationLinks = z.strictObject({
  self: z.string(),
  ticks: z.string(),
  events: z.string(),
  run: z.string().meta({ description: 'Calls, attempts and budget, as of any run.' }),
  temporalUi: z.url(),
});

export const simulationStartedSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    launch: z.enum(['held', 'accepted', 'started', 'closed']).meta({
      description: '`held`: it waits for its start. `accepted`: Temporal did not answer; it starts by itself.',
    }),
    workflowId: z.string(),
    links: simulationLinks,
  })
  .meta({ id: 'SimulationStarted' });

const figures = z.record(z.string(), z.number());

export const simulationSummarySchema = z
  .strictObject({
    runId: uuid,
    name,
    world: z.string(),
    status: runStatus,
    reasonCode: z.string().nullable(),
    reason: z.string().nullable(),
    seed: z.int(),
    tick: z.int().meta({ description: 'How many ticks are recorded.' }),
    ticks: z.int().meta({ description: 'How many the run has.' }),
    pausedAt: timestamp.nullable(),
    parentRunId: uuid.nullable(),
    forkTick: z.int().nullable(),
    costMicroUsd: microUsd,
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    completedAt: timestamp.nullable(),
  })
  .meta({ id: 'SimulationSummary' });

export const simulationPageSchema = page(simulationSummarySchema).meta({ id: 'SimulationPage' });
export const simulationListQuery = z.strictObject({ ...pageQuery, status: runStatus.optional() });

const tickSchema = z.strictObject({
  tick: z.int(),
  asked: z.boolean().meta({ description: 'False: nobody was asked, standing orders went on.' }),
  figures,
  storyline: z.string(),
  mood: z.enum(['positive', 'neutral', 'negative']),
  hash: sha256.nullable(),
});

export const simulationViewSchema = z
  .strictObject({
    ...simulationSummarySchema.shape,
    worldVersion: z.int(),
    hash: sha256.nullable(),
    scenario: json,
    agents: z.array(json),
    rules: z.array(json),
    change: json.nullable(),
    scenarioId: uuid.nullable(),
    resultRef: uuid
      .nullable()
      .meta({ description: 'What is left of the finished run; see `/simulations/{id}/result`.' }),
    latest: tickSchema.nullable().meta({ description: 'The last recorded tick.' }),
    workflowId: z.string(),
    links: simulationLinks,
  })
  .meta({ id: 'Simulation' });

export const ticksQuery = z.strictObject({
  after: queryInteger(0, SIMULATION_LIMITS.ticksMax).default(0).meta({ description: 'Ticks after this one.' }),
  limit: queryInteger(1, SIMULATION_LIMITS.ticksPageMax).default(200),
});

export const liveQuery = z.strictObject({
  after: queryInteger(0, SIMULATION_LIMITS.ticksMax)
    .optional()
    .meta({ description: 'Ticks after this one; the last twenty recorded ones when absent.' }),
});

const weight = z.number();

const memoryReviewSchema = z
  .strictObject({
    by: z.enum(['model', 'rules']),
    keep: z.array(
      z.strictObject({
        ...{ id: z.string(), statement: z.string(), type: z.string(), subject: z.string().optional() },
        ...{ tags: z.array(z.string()), replaces: z.string().optional(), wordsIn: uuid.optional() },
        ...{ impact: weight, reusability: weight, confidence: weight, novelty: weight, recency: weight },
        penalty: weight,
      }),
    ),
    ...{ forget: z.array(z.string()), feedback: z.array(z.string()) },
  })
  .meta({ description: 'How a model reviewed the tick before; its words are in the artifact `wordsIn`.' });

export const answerSchema = z.strictObject({
  agentId: z.string(),
  source: z.enum(ANSWER_SOURCES),
  decision: json,
  feedback: z.array(z.string()),
  wordsIn: uuid.optional().meta({
    description: 'Of a model: the artifact with its whole answer, which has the words that `decision` leaves out.',
  }),
  review: memoryReviewSchema.optional(),
});

export const partitionMessageSchema = z.strictObject({
  from: z.string().meta({ description: 'The partition that said it.' }),
  tick: z.int().meta({ description: 'After how many of its ticks.' }),
  body: json,
});

export const ticksPageSchema = z
  .strictObject({
    items: z.array(
      tickSchema.extend({
        rounds: z.array(z.array(answerSchema)).nullable(),
        messages: z.array(partitionMessageSchema).nullable().meta({
          description: 'What came from other partitions before the tick; null: nothing.',
        }),
      }),
    ),
    nextAfter: z
      .int()
      .nullable()
      .meta({ description: 'Ask with it for what follows; null when there is no more yet.' }),
  })
  .meta({ id: 'TicksPage' });

export const tickEventsQuery = z.strictObject({
  ...ticksQuery.shape,
  cursor: pageQuery.cursor,
  type: eventName.optional(),
});

export const tickEventsSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        tick: z.int(),
        position: z.int(),
        type: z.string(),
        subject: z.string().nullable(),
        data: z.record(z.string(), json),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'TickEvents' });

export const simulationSnapshotSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    paused: z.boolean(),
    tick: z.int().meta({ description: 'How many ticks are recorded.' }),
    ticks: z.int(),
    hash: sha256.nullable(),
    figures: figures.meta({ description: 'Of the last recorded tick; empty before it.' }),
    storyline: z.string().nullable(),
    agents: z.array(
      z.strictObject({
        agentId: z.string(),
        kind: z.string(),
        lastSource: z
          .enum(ANSWER_SOURCES)
          .nullable()
          .meta({ description: 'Who decided for it in the last recorded tick; null: nobody was asked.' }),
      }),
    ),
    at: timestamp,
  })
  .meta({ id: 'SimulationSnapshot' });

export const simulationResultSchema = z
  .strictObject({
    resultRef: uuid,
    result: json.meta({
      description: 'What is left of the run, as its world tells it: totals, a row per tick, decisions.',
    }),
    violations: z.array(json).meta({ description: 'Of the world’s accounting contract; empty, or a defect.' }),
    measured: json.meta({
      description:
        'By the world’s measures. Of the marketplace: `metrics` (eight domains and their sum), `resistance` to frauds by agent, `resilience` against market events.',
    }),
    verdicts: z
      .array(json)
      .nullable()
      .meta({ description: 'By the criteria of the stored scenario; null without one.' }),
  })
  .meta({ id: 'SimulationResult' });

export type SimulationView = z.infer<typeof simulationViewSchema>;
export type SimulationSummary = z.infer<typeof simulationSummarySchema>;
export type SimulationPage = z.infer<typeof simulationPageSchema>;
export type SimulationStarted = z.infer<typeof simulationStartedSchema>;
export type TicksPage = z.infer<typeof ticksPageSchema>;
export type TickEvents = z.infer<typeof tickEventsSchema>;
export type SimulationResult = z.infer<typeof simulationResultSchema>;
export type SimulationSnapshot = z.infer<typeof simulationSnapshotSchema>;
