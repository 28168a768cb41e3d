import { systemStatus } from '../../adapters/postgres';
import { z } from 'zod';
import {
  currentMetricsSchema,
  performanceReportSchema,
  recordedMetricSchema,
  recordMetricSchema,
} from '../../contracts/api.schema';
import { exposition, EXPOSITION_TYPE } from '../../domain/telemetry/exposition';
import type { MetricSample } from '../../domain/telemetry/metric-log';
import { route, type Route } from '../route';
import { prometheusFamilies } from '../services/prometheus-view';
import { systemStatusView } from '../services/system-status-view';

const TOKENS = { name: 'llm_token_usage', value: 1_250, tags: { agent_id: 'Agent1' } };
const RECORDED = { ...TOKENS, at: '2026-01-30T08:00:00.000Z' };
const REPORT = {
  summary: { samples: 1, series: 1 },
  ...{ latest: [RECORDED], averages: [TOKENS] },
  bottlenecks: [{ what: 'cpu', finding: 'CPU is used to 93 %.', suggestion: 'Scale out.' }],
  suggestions: ['Scale out.'],
  resources: { cpuPercent: 93.1, memoryPercent: 41, diskPercent: 60.2, diskMegabytesPerS: 0.4 },
  alerts: [{ rule: 'too many tokens', severity: 'warning', found: 1_250, notify: true }],
};

export const metricRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/metrics',
    operationId: 'scrapeMetrics',
    tag: 'System',
    summary: 'The numbers of the installation for Prometheus',
    description: 'Text format 0.0.4. Prometheus sends the token with `authorization: { credentials: … }`.',
    replies: {
      200: {
        ...{ description: 'Counted now, from the book of record.', contentType: 'text/plain' },
        ...{ schema: z.string(), example: '# TYPE longhaul_runs_active gauge\nlonghaul_runs_active 1\n' },
      },
    },
    errors: [],
    handle: async (_input, { deps, tenant }) => {
      const nowMs = Date.now();
      const counted = await systemStatus(deps.pool, tenant, { namesSince: new Date(nowMs), recentEvents: 1 });
      const families = prometheusFamilies(systemStatusView(counted, deps, nowMs), deps.telemetry.current());
      return { status: 200, bytes: Buffer.from(exposition(families)), headers: { 'content-type': EXPOSITION_TYPE } };
    },
  }),
  route({
    method: 'post',
    path: '/metrics',
    operationId: 'recordMetric',
    tag: 'System',
    summary: 'Record a number of a program of yours',
    description: 'Kept in the memory of the process that answers: the newest 1,000, until it ends.',
    body: { schema: recordMetricSchema, formats: ['json'], example: TOKENS },
    replies: { 201: { description: 'Recorded.', schema: recordedMetricSchema, example: RECORDED } },
    errors: [],
    handle: async ({ body }, { deps }) => {
      const sample = { ...body, atMs: Date.now() };
      deps.telemetry.record(sample);
      return { status: 201, body: recordedOf(sample) };
    },
  }),
  route({
    method: 'get',
    path: '/metrics/current',
    operationId: 'currentMetrics',
    tag: 'System',
    summary: 'The newest value of each recorded series',
    replies: { 200: { description: 'Series.', schema: currentMetricsSchema, example: { items: [RECORDED] } } },
    errors: [],
    handle: async (_input, { deps }) => ({
      status: 200,
      body: { items: deps.telemetry.current().map(recordedOf) },
    }),
  }),
  route({
    method: 'get',
    path: '/metrics/dashboard',
    operationId: 'performanceReport',
    tag: 'System',
    summary: 'Performance: newest and mean values, resources, bottlenecks and what to do, alerts',
    replies: { 200: { description: 'The report.', schema: performanceReportSchema, example: REPORT } },
    errors: [],
    handle: async (_input, { deps }) => {
      const { latest, ...report } = await deps.telemetry.report(Date.now());
      return { status: 200, body: { ...report, latest: latest.map(recordedOf) } };
    },
  }),
];

function recordedOf({ atMs, ...sample }: MetricSample) {
  return { ...sample, at: new Date(atMs).toISOString() };
}
