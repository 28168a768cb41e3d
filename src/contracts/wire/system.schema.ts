import { z } from 'zod';
import { microUsd, timestamp } from './common.schema';

/** `GET /system/status`: the engine as a whole, from the book of record. */
export const systemStatusSchema = z
  .strictObject({
    engine: z.strictObject({
      running: z.boolean(),
      version: z.string(),
      tenant: z.string(),
      totalRuns: z.int(),
      openRuns: z.int(),
    }),
    monitoring: z.strictObject({
      runs: z.strictObject({
        started: z.int(),
        completed: z.int(),
        partiallyCompleted: z.int(),
        failed: z.int(),
        cancelled: z.int(),
        successRatePercent: z
          .number()
          .nullable()
          .meta({ description: 'Completed of all finished runs; null before the first.' }),
        averageSeconds: z.number().nullable(),
      }),
      agents: z.strictObject({
        executed: z.int(),
        failed: z.int(),
        failureRatePercent: z.number().nullable(),
        averageExecutionSeconds: z.number().nullable(),
      }),
      api: z.strictObject({ calls: z.int(), tokens: z.int(), costMicroUsd: microUsd }),
      uptimeSeconds: z.number(),
      recentEvents: z.array(
        z.strictObject({ runId: z.uuid(), seq: z.int(), at: timestamp, type: z.string(), node: z.string().nullable() }),
      ),
    }),
    rateLimiting: z.strictObject({
      requestsPerMinute: z.int().meta({ description: 'The limit per provider, over all processes.' }),
      concurrentRequests: z.int().meta({ description: 'The limit per provider, over all processes.' }),
      totalRequests: z.int(),
      inFlight: z.int(),
      waitingForLimit: z.int().meta({ description: 'Agents that wait for the limiter now.' }),
      waitingForBudget: z.int().meta({ description: 'Agents that wait for room in a budget now.' }),
    }),
    costs: z.strictObject({
      settledMicroUsd: microUsd,
      reservedMicroUsd: microUsd,
      unknownMicroUsd: microUsd,
      inputTokens: z.int(),
      outputTokens: z.int(),
    }),
    failures: z.strictObject({
      failedAttempts: z.int(),
      unknownAttempts: z.int(),
      byClass: z.array(z.strictObject({ failureClass: z.string(), count: z.int() })),
    }),
  })
  .meta({ id: 'SystemStatus' });

export const healthStatus = z.enum(['up', 'down']);

export const dependencyHealthSchema = z
  .strictObject({
    name: z.enum(['postgres', 'temporal', 'redis', 'payloads']),
    status: healthStatus,
    required: z.boolean().meta({ description: 'Whether the API refuses requests without it.' }),
    latencyMs: z.number().nullable(),
    version: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .meta({ id: 'DependencyHealth' });

export const healthSchema = z
  .strictObject({
    status: z.enum(['up', 'degraded', 'down']),
    version: z.string(),
    uptimeSeconds: z.number(),
    dependencies: z.array(dependencyHealthSchema),
  })
  .meta({ id: 'Health' });

export const probeSchema = z.strictObject({ status: healthStatus }).meta({ id: 'Probe' });

export type SystemStatus = z.infer<typeof systemStatusSchema>;
export type DependencyHealth = z.infer<typeof dependencyHealthSchema>;
export type Health = z.infer<typeof healthSchema>;
export type Probe = z.infer<typeof probeSchema>;
