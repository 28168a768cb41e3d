import { recentEvents, recordEvent, systemStatus } from '../../adapters/postgres';
import {
  monitorEventSchema,
  recentEventsQuery,
  recentEventsSchema,
  recordEventSchema,
  systemStatusSchema,
} from '../../contracts/api.schema';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { DEAREST_OF_DAYS, monitorEventOf, systemStatusView } from '../services/system-status-view';
import { RUN } from './examples';

const EVENT = {
  ...{ runId: RUN.runId, seq: 7, at: RUN.completedAt, type: 'run-completed', node: null },
  data: {},
};
const SPENT = {
  averageMicroUsd: 281.8,
  dearestOfDays: 30,
  byModel: [{ key: 'scripted-echo', calls: 11, tokens: 5120, costMicroUsd: 3100 }],
  byAgent: [{ key: 'greeter', calls: 11, tokens: 5120, costMicroUsd: 3100 }],
};
const EXAMPLE = {
  engine: { running: true, version: '0.1.0', tenant: 'default', totalRuns: 1, openRuns: 0 },
  monitoring: {
    runs: {
      started: 1,
      completed: 1,
      partiallyCompleted: 0,
      failed: 0,
      cancelled: 0,
      active: 0,
      successRatePercent: 100,
      averageSeconds: 12.5,
    },
    agents: { executed: 11, failed: 0, active: 0, failureRatePercent: 0, averageExecutionSeconds: 1.4 },
    api: { calls: 11, tokens: 5120, costMicroUsd: 3100 },
    uptimeSeconds: 42.5,
    eventsRecorded: 25,
    recentEvents: [EVENT],
  },
  rateLimiting: {
    requestsPerMinute: 60,
    requestsPerHour: 3000,
    requestsPerDay: 50_000,
    tokensPerMinute: 100_000,
    concurrentRequests: 10,
    totalRequests: 11,
    inFlight: 0,
    waitingForLimit: 0,
    waitingForBudget: 0,
  },
  costs: {
    settledMicroUsd: 3100,
    reservedMicroUsd: 0,
    unknownMicroUsd: 0,
    inputTokens: 4000,
    outputTokens: 1120,
    ...SPENT,
  },
  shared: { calls: 0, savedMicroUsd: 0 },
  cassettes: { hits: 0, misses: 0 },
  breakers: [],
  failures: {
    ...{ failedAttempts: 0, unknownAttempts: 0, retries: 0, permanentFailures: 0, retryRatePercent: 0 },
    byClass: [],
  },
};

export const systemRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/system/status',
    operationId: 'systemStatus',
    tag: 'System',
    summary: 'Engine, monitoring, rate limiting, costs and failures',
    replies: {
      200: { description: 'Counted now, from the book of record.', schema: systemStatusSchema, example: EXAMPLE },
    },
    errors: [],
    handle: async (_input, { deps, tenant }) => {
      const nowMs = Date.now();
      const namesSince = new Date(nowMs - DEAREST_OF_DAYS * 86_400_000);
      return {
        status: 200,
        body: systemStatusView(await systemStatus(deps.pool, tenant, { namesSince }), deps, nowMs),
      };
    },
  }),
  route({
    method: 'get',
    path: '/system/events',
    operationId: 'recentEvents',
    tag: 'System',
    summary: 'What happened lately in all runs, and what programs recorded; newest first',
    description: 'Filtered before the limit: a page is full when there are enough of the kind.',
    query: recentEventsQuery,
    replies: { 200: { description: 'Events.', schema: recentEventsSchema, example: { items: [EVENT] } } },
    errors: [],
    handle: async ({ query }, { deps, tenant }) => ({
      status: 200,
      body: { items: (await recentEvents(deps.pool, { tenant, ...query })).map(monitorEventOf) },
    }),
  }),
  route({
    method: 'post',
    path: '/system/events',
    operationId: 'recordEvent',
    tag: 'System',
    summary: 'Record an event of a program of yours',
    body: {
      schema: recordEventSchema,
      formats: ['json'],
      example: { type: 'report-mailed', runId: RUN.runId, data: { to: 'finance' } },
    },
    idempotent: true,
    replies: {
      201: {
        description: 'Recorded.',
        schema: monitorEventSchema,
        example: { ...EVENT, seq: 1, type: 'report-mailed', data: { to: 'finance' } },
      },
    },
    errors: ['NotFound'],
    handle: async ({ body }, context) => {
      const { answer, replayed } = await once(context, 'POST /system/events', body, async (tx) => ({
        status: 201,
        answer: monitorEventOf(await recordEvent(tx, { tenant: context.tenant, ...body })),
      }));
      return { status: 201, body: answer, headers: replayed ? REPLAYED : {} };
    },
  }),
];
