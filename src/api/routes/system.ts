import { systemStatus } from '../../adapters/postgres';
import { systemStatusSchema } from '../../contracts/api.schema';
import { route, type Route } from '../route';
import { systemStatusView } from '../services/system-status-view';

const EXAMPLE = {
  engine: { running: true, version: '0.1.0', tenant: 'default', totalRuns: 1, openRuns: 0 },
  monitoring: {
    runs: {
      started: 1,
      completed: 1,
      partiallyCompleted: 0,
      failed: 0,
      cancelled: 0,
      successRatePercent: 100,
      averageSeconds: 12.5,
    },
    agents: { executed: 11, failed: 0, failureRatePercent: 0, averageExecutionSeconds: 1.4 },
    api: { calls: 11, tokens: 5120, costMicroUsd: 3100 },
    uptimeSeconds: 42.5,
    recentEvents: [],
  },
  rateLimiting: {
    requestsPerMinute: 60,
    concurrentRequests: 10,
    totalRequests: 11,
    inFlight: 0,
    waitingForLimit: 0,
    waitingForBudget: 0,
  },
  costs: { settledMicroUsd: 3100, reservedMicroUsd: 0, unknownMicroUsd: 0, inputTokens: 4000, outputTokens: 1120 },
  failures: { failedAttempts: 0, unknownAttempts: 0, byClass: [] },
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
    handle: async (_input, { deps, tenant }) => ({
      status: 200,
      body: systemStatusView(await systemStatus(deps.pool, tenant), deps, Date.now()),
    }),
  }),
];
