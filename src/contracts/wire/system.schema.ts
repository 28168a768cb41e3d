import { z } from 'zod';
import { microUsd, name, queryInteger, timestamp, uuid } from './common.schema';

export const MONITOR_LIMITS = {
  eventsDefault: 100,
  eventsMax: 1_000,
  typeCharsMax: 64,
  dataBytesMax: 16 * 1024,
} as const;

const eventType = z.string().min(1).max(MONITOR_LIMITS.typeCharsMax);

export const monitorEventSchema = z
  .strictObject({
    runId: uuid.nullable(),
    seq: z.int().meta({ description: 'Of its run, or of the events that programs recorded.' }),
    at: timestamp,
    type: eventType,
    node: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'MonitorEvent' });

export const recentEventsQuery = z.strictObject({
  type: eventType.optional(),
  runId: uuid.optional(),
  limit: queryInteger(1, MONITOR_LIMITS.eventsMax).default(MONITOR_LIMITS.eventsDefault),
});
export const recentEventsSchema = z.strictObject({ items: z.array(monitorEventSchema) }).meta({ id: 'RecentEvents' });

export const recordEventSchema = z
  .strictObject({
    type: eventType,
    runId: uuid.optional(),
    node: name.optional().meta({ description: 'An agent of the run.' }),
    data: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(({ data }) => JSON.stringify(data).length <= MONITOR_LIMITS.dataBytesMax, {
    path: ['data'],
    error: `At most ${MONITOR_LIMITS.dataBytesMax} characters as JSON; store larger things as artifacts.`,
  })
  .meta({ id: 'RecordEvent' });

const spentSchema = z.strictObject({ key: z.string(), calls: z.int(), tokens: z.int(), costMicroUsd: microUsd });

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
        active: z.int(),
        successRatePercent: z
          .number()
          .nullable()
          .meta({ description: 'Completed of all finished runs; null before the first.' }),
        averageSeconds: z.number().nullable(),
      }),
      agents: z.strictObject({
        executed: z.int(),
        failed: z.int(),
        active: z.int(),
        failureRatePercent: z.number().nullable(),
        averageExecutionSeconds: z.number().nullable(),
      }),
      api: z.strictObject({ calls: z.int(), tokens: z.int(), costMicroUsd: microUsd }),
      uptimeSeconds: z.number(),
      eventsRecorded: z.int(),
      recentEvents: z.array(monitorEventSchema),
    }),
    rateLimiting: z.strictObject({
      requestsPerMinute: z
        .int()
        .meta({ description: 'Per provider, over all processes, where no rule says otherwise; 0: no such limit.' }),
      requestsPerHour: z.int(),
      requestsPerDay: z.int(),
      tokensPerMinute: z.int(),
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
      averageMicroUsd: z.number().nullable().meta({ description: 'Of a paid request; null before the first.' }),
      dearestOfDays: z.int().meta({ description: '`byModel` and `byAgent` look back so many days; the sums do not.' }),
      byModel: z.array(spentSchema).meta({ description: 'The dearest; all of them: `GET /usage`.' }),
      byAgent: z.array(spentSchema),
    }),
    shared: z
      .strictObject({ calls: z.int(), savedMicroUsd: z.int() })
      .meta({ description: 'Calls that were answered by an equal one of their batch, and what they would have cost.' }),
    cassettes: z
      .strictObject({ hits: z.int(), misses: z.int() })
      .meta({ description: 'Calls of runs that a cassette answered, and those for which it had no answer.' }),
    breakers: z
      .array(
        z.strictObject({
          provider: z.string(),
          model: z.string(),
          kind: z.enum(['refused', 'down']),
          failures: z.int().meta({ description: 'In a row.' }),
          detail: z.string(),
          openedAt: z.iso.datetime(),
        }),
      )
      .meta({
        description:
          'Models whose calls pause, one entry per worker process: `refused`, the credential is not accepted or may not spend; `down`, the provider does not answer.',
      }),
    failures: z.strictObject({
      failedAttempts: z.int(),
      unknownAttempts: z.int(),
      retries: z.int().meta({ description: 'Attempts after the first of their call.' }),
      permanentFailures: z.int().meta({ description: 'Agents that ended as failed, budget_exceeded or rate_limited.' }),
      retryRatePercent: z.number().nullable().meta({ description: 'Retries of all attempts.' }),
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

export type MonitorEvent = z.infer<typeof monitorEventSchema>;
export type RecentEvents = z.infer<typeof recentEventsSchema>;
export type RecordEvent = z.infer<typeof recordEventSchema>;
export type SystemStatus = z.infer<typeof systemStatusSchema>;
export type DependencyHealth = z.infer<typeof dependencyHealthSchema>;
export type Health = z.infer<typeof healthSchema>;
export type Probe = z.infer<typeof probeSchema>;
