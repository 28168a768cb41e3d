import { z } from 'zod';
import { microUsd, name, page, pageQuery, sha256, timestamp, uuid } from './common.schema';
import { runCassetteSchema } from './cassette.schema';
import { experimentId, runStatus } from './run.schema';
import { fastForwardRuleSchema, simulatedAgentSchema } from './simulation-agents.schema';
import { json, SIMULATION_LIMITS, tickNumber, usd } from './simulation-fields.schema';
import { scenarioChoice } from './simulation-start.schema';

export const PARTITION_LIMITS = {
  partitionsMax: 100,
  /** A partition hands its history over between two windows only, so one window has to fit into it. */
  barrierEveryMax: 100,
  agentTicksPerWindowMax: 1_000,
  ackTimeoutSecondsDefault: 30,
  ackTimeoutSecondsMax: 86_400,
  heartbeatSecondsDefault: 5,
  heartbeatSecondsMax: 300,
  missedHeartbeatsDefault: 3,
  missedHeartbeatsMax: 100,
  capabilitiesMax: 20,
} as const;

const partitionName = z
  .string()
  .regex(/^[a-zA-Z][\w.-]{0,63}$/, 'Expected a letter, then up to 63 letters, digits, dots, dashes or underscores.');
const agents = z.array(simulatedAgentSchema).min(1).max(SIMULATION_LIMITS.agentsMax);
const rules = z.array(fastForwardRuleSchema).max(SIMULATION_LIMITS.rulesMax);
const seed = z.int().min(0).max(4_294_967_295);
const atOnce = z.int().min(1).max(PARTITION_LIMITS.partitionsMax).default(PARTITION_LIMITS.partitionsMax);

const capabilities = z
  .record(
    z.string().min(1).max(64),
    z.union([z.string().max(256), z.number(), z.boolean(), z.array(z.string().max(256)).max(20)]),
  )
  .refine((wanted) => Object.keys(wanted).length <= PARTITION_LIMITS.capabilitiesMax, {
    error: `Expected at most ${PARTITION_LIMITS.capabilitiesMax} capabilities.`,
  });

const partitionSchema = z.strictObject({
  name: partitionName,
  scenario: scenarioChoice.optional().meta({ description: 'In place of the whole’s.' }),
  seed: seed.optional().meta({ description: 'The whole’s seed and its place, from 0, when absent.' }),
  agents: agents.optional(),
  rules: rules.optional(),
  neighbours: z
    .array(partitionName)
    .max(PARTITION_LIMITS.partitionsMax)
    .optional()
    .meta({ description: 'Who hears what happens here: all others when absent, nobody when empty.' }),
  requires: capabilities.optional().meta({
    description:
      'It is played by a registered worker that offers all of it; by any of this installation’s when absent.',
  }),
  costBudgetUsd: usd('What its own decisions may cost, within the budget of the whole.').optional(),
});

export const coordinationSchema = z.strictObject({
  barrierEvery: z
    .int()
    .min(1)
    .max(PARTITION_LIMITS.barrierEveryMax)
    .default(1)
    .meta({ description: 'Partitions meet after so many ticks; messages arrive when they have met.' }),
  ackTimeoutSeconds: z
    .number()
    .min(1)
    .max(PARTITION_LIMITS.ackTimeoutSecondsMax)
    .default(PARTITION_LIMITS.ackTimeoutSecondsDefault)
    .meta({ description: 'A partition that takes longer for its ticks between two meetings is removed.' }),
  heartbeatSeconds: z
    .number()
    .min(1)
    .max(PARTITION_LIMITS.heartbeatSecondsMax)
    .default(PARTITION_LIMITS.heartbeatSecondsDefault),
  missedHeartbeatsMax: z
    .int()
    .min(1)
    .max(PARTITION_LIMITS.missedHeartbeatsMax)
    .default(PARTITION_LIMITS.missedHeartbeatsDefault)
    .meta({ description: 'After more than so many in a row a partition is removed.' }),
  maxConcurrentPartitions: atOnce.meta({
    description: 'How many play at once; the others wait for their turn in the same ticks.',
  }),
  partitionsPerRunner: atOnce.meta({ description: 'The same for those that one task queue serves.' }),
});

export const startPartitionedSchema = z
  .strictObject({
    name: name.default('partitioned-simulation').meta({ description: 'For people; it need not be unique.' }),
    world: z.string().max(64).default('marketplace'),
    scenario: scenarioChoice.default({}).meta({ description: 'Of every partition that has none of its own.' }),
    seed: seed.default(42),
    ticks: tickNumber.optional().meta({ description: 'Of every partition; those of the scenario when absent.' }),
    agents: agents.optional().meta({ description: 'Of every partition that has none of its own.' }),
    rules: rules.default([]).meta({ description: 'Of every partition that has none of its own.' }),
    failuresInARow: z
      .int()
      .min(1)
      .max(SIMULATION_LIMITS.failuresMax)
      .default(SIMULATION_LIMITS.failuresDefault)
      .meta({ description: 'After so many of one agent its partition fails: it cannot wait for a person.' }),
    partitions: z.array(partitionSchema).min(1).max(PARTITION_LIMITS.partitionsMax),
    coordination: coordinationSchema.prefault({}),
    costBudgetUsd: usd('What all decisions of all partitions together may cost.').default(10),
    experiment: experimentId.optional(),
    cassette: runCassetteSchema
      .optional()
      .meta({ description: 'Of every partition; by default as the installation is set.' }),
  })
  .meta({ id: 'StartPartitionedSimulation' });

const links = z.strictObject({ self: z.string(), progress: z.string(), events: z.string(), temporalUi: z.url() });

export const partitionedStartedSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    launch: z.enum(['accepted', 'started', 'closed']),
    workflowId: z.string(),
    partitions: z.array(z.strictObject({ name: z.string(), runId: uuid })).meta({ description: 'In their order.' }),
    links,
  })
  .meta({ id: 'PartitionedSimulationStarted' });

const summary = {
  ...{ runId: uuid, name, status: runStatus, reasonCode: z.string().nullable(), reason: z.string().nullable() },
  ticks: z.int(),
  pausedAt: timestamp.nullable(),
  ...{ createdAt: timestamp, startedAt: timestamp.nullable(), completedAt: timestamp.nullable() },
};

export const partitionedPageSchema = page(z.strictObject({ ...summary, partitions: z.array(z.string()) })).meta({
  id: 'PartitionedSimulationPage',
});
export const partitionedListQuery = z.strictObject({ ...pageQuery, status: runStatus.optional() });

const partitionViewSchema = z.strictObject({
  name: z.string(),
  runId: uuid.meta({ description: 'A simulation of its own: ticks, events and result as of any.' }),
  ...{ status: runStatus, reasonCode: z.string().nullable(), reason: z.string().nullable() },
  tick: z.int().meta({ description: 'How many ticks are recorded.' }),
  hash: sha256.nullable(),
  neighbours: z.array(z.string()),
  requires: json.nullable(),
  costMicroUsd: microUsd,
});

export const partitionedViewSchema = z
  .strictObject({
    ...summary,
    tick: z.int().meta({ description: 'How many ticks all partitions have recorded that have not failed.' }),
    coordination: coordinationSchema,
    partitions: z.array(partitionViewSchema),
    costMicroUsd: microUsd,
    workflowId: z.string(),
    links,
  })
  .meta({ id: 'PartitionedSimulation' });

export const partitionedProgressSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    progress: z.strictObject({
      ...{ tick: z.int(), ticks: z.int(), percent: z.number(), pausedAt: timestamp.nullable() },
      partitions: z.array(
        z.strictObject({
          ...{ name: z.string(), runId: uuid, status: runStatus, tick: z.int() },
          standing: z.enum(['ready', 'due', 'playing', 'over']).nullable().meta({
            description: '`due` waits for its turn; null while the coordinating workflow does not answer, or is over.',
          }),
          reason: z.string().nullable(),
        }),
      ),
    }),
    resourceUtilization: z.strictObject({
      playing: z.int().meta({ description: 'Partitions that play at this moment.' }),
      ...{ playingMax: z.int(), calls: z.int(), inputTokens: z.int(), outputTokens: z.int() },
      ...{ costMicroUsd: microUsd, costLimitMicroUsd: microUsd },
      cpuMs: z
        .int()
        .meta({ description: 'What computing the worlds has taken so far, as it was measured in recording.' }),
      runners: z
        .array(z.strictObject({ taskQueue: z.string(), partitions: z.int(), playing: z.int(), playingMax: z.int() }))
        .meta({ description: 'By task queue; empty while the coordinating workflow does not answer, or is over.' }),
    }),
    agents: z.array(
      z.strictObject({
        ...{ partition: z.string(), agentId: z.string(), status: z.string(), reason: z.string().nullable() },
        ...{ calls: z.int(), costMicroUsd: microUsd },
      }),
    ),
  })
  .meta({ id: 'PartitionedProgress' });

export const partitionedSteeredSchema = z
  .strictObject({ runId: uuid, done: z.literal(true) })
  .meta({ id: 'PartitionedSteered' });

export const partitionedCancelledSchema = z
  .strictObject({ runId: uuid, status: runStatus, cancelRequested: z.literal(true) })
  .meta({ id: 'PartitionedCancelRequested' });

export type StartPartitioned = z.infer<typeof startPartitionedSchema>;
export type StartPartitionedBody = z.input<typeof startPartitionedSchema>;
export type PartitionedStarted = z.infer<typeof partitionedStartedSchema>;
export type PartitionedView = z.infer<typeof partitionedViewSchema>;
export type PartitionedPage = z.infer<typeof partitionedPageSchema>;
export type PartitionedProgress = z.infer<typeof partitionedProgressSchema>;
