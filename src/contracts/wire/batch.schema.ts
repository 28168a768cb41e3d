import { z } from 'zod';
import { name, timestamp, uuid, microUsd } from './common.schema';
import { runStatus, runSummarySchema, startRunSchema } from './run.schema';

/** One transaction writes a batch: its agents are bounded as well, or 1,000 graphs of 5,000 agents would be 5 million rows. */
export const BATCH_LIMITS = {
  runsMax: 1_000,
  agentsMax: 100_000,
  concurrentDefault: 50,
  concurrentMax: 1_000,
} as const;

export const startBatchSchema = z
  .strictObject({
    name: name.default('batch').meta({ description: 'For people; it need not be unique.' }),
    maxConcurrentRuns: z
      .int()
      .min(1)
      .max(BATCH_LIMITS.concurrentMax)
      .default(BATCH_LIMITS.concurrentDefault)
      .meta({ description: 'Runs of this batch under way at once.' }),
    runs: z.array(startRunSchema).min(1).max(BATCH_LIMITS.runsMax).meta({ description: 'They start in this order.' }),
  })
  .meta({ id: 'StartBatch' });

const launch = z.enum(['accepted', 'started', 'closed']);
const links = z.strictObject({ self: z.string(), temporalUi: z.url() });

export const batchStartedSchema = z
  .strictObject({
    batchId: uuid,
    status: runStatus,
    launch: launch.meta({
      description: '`accepted`: Temporal did not answer; the batch starts by itself when it does.',
    }),
    workflowId: z.string(),
    runIds: z.array(uuid).meta({ description: 'In the order of the request.' }),
    links,
  })
  .meta({ id: 'BatchStarted' });

export const batchStatisticsSchema = z
  .strictObject({
    total: z.int(),
    pending: z.int().meta({ description: 'Not begun: their turn has not come.' }),
    running: z.int(),
    completed: z.int(),
    partiallyCompleted: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    totalAgents: z.int(),
    completedAgents: z.int(),
    totalCostMicroUsd: microUsd,
  })
  .meta({ id: 'BatchStatistics' });

export const batchViewSchema = z
  .strictObject({
    batchId: uuid,
    name,
    status: runStatus.meta({
      description: '`completed` when every run completed. A run that fails never ends its batch.',
    }),
    launch,
    reasonCode: z.string().nullable(),
    reason: z.string().nullable(),
    maxConcurrentRuns: z.int(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    completedAt: timestamp.nullable(),
    statistics: batchStatisticsSchema,
    runs: z.array(runSummarySchema).meta({ description: 'All of them, in the order of the request.' }),
    links,
  })
  .meta({ id: 'Batch' });

export const batchCancelledSchema = z
  .strictObject({ batchId: uuid, status: runStatus, cancelRequested: z.literal(true) })
  .meta({ id: 'BatchCancelRequested' });

export type StartBatch = z.infer<typeof startBatchSchema>;
export type BatchStarted = z.infer<typeof batchStartedSchema>;
export type BatchStatistics = z.infer<typeof batchStatisticsSchema>;
export type BatchView = z.infer<typeof batchViewSchema>;
export type BatchCancelRequested = z.infer<typeof batchCancelledSchema>;
