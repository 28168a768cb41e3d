import { z } from 'zod';
import { SEVERITIES } from '../../domain/telemetry/alerts';
import { timestamp } from './common.schema';

export const TELEMETRY_LIMITS = { tagsMax: 16, tagCharsMax: 128, nameCharsMax: 128 } as const;

const tagName = z.string().regex(/^[a-zA-Z_]\w{0,63}$/);
const tags = z
  .record(tagName, z.string().max(TELEMETRY_LIMITS.tagCharsMax))
  .refine((given) => Object.keys(given).length <= TELEMETRY_LIMITS.tagsMax, {
    error: `At most ${TELEMETRY_LIMITS.tagsMax} tags.`,
  });
const metricName = z
  .string()
  .max(TELEMETRY_LIMITS.nameCharsMax)
  .regex(/^[a-zA-Z_][\w.:-]*$/);

export const recordMetricSchema = z
  .strictObject({ name: metricName, value: z.number(), tags: tags.default({}) })
  .meta({ id: 'RecordMetric' });

export const recordedMetricSchema = z
  .strictObject({ name: z.string(), value: z.number(), tags: z.record(z.string(), z.string()), at: timestamp })
  .meta({ id: 'RecordedMetric' });

export const currentMetricsSchema = z
  .strictObject({ items: z.array(recordedMetricSchema) })
  .meta({ id: 'CurrentMetrics', description: 'The newest value of each series.' });

export const performanceReportSchema = z
  .strictObject({
    summary: z.strictObject({ samples: z.int(), series: z.int() }),
    latest: z.array(recordedMetricSchema),
    averages: z.array(recordedMetricSchema.omit({ at: true })),
    bottlenecks: z.array(
      z.strictObject({
        what: z.enum(['cpu', 'memory', 'disk', 'disk-throughput', 'cost']),
        finding: z.string(),
        suggestion: z.string(),
      }),
    ),
    suggestions: z.array(z.string()),
    resources: z.strictObject({
      cpuPercent: z.number(),
      memoryPercent: z.number(),
      diskPercent: z.number().nullable(),
      diskMegabytesPerS: z.number().nullable().meta({ description: 'Of the API’s process.' }),
    }),
    alerts: z
      .array(
        z.strictObject({
          rule: z.string(),
          severity: z.enum(SEVERITIES),
          found: z.number(),
          notify: z.boolean().meta({ description: 'False: told within the rule’s notification interval.' }),
        }),
      )
      .meta({ description: 'What fired at the last look.' }),
  })
  .meta({ id: 'PerformanceReport' });
export type PerformanceReport = z.infer<typeof performanceReportSchema>;
export type CurrentMetrics = z.infer<typeof currentMetricsSchema>;
export type RecordedMetric = z.infer<typeof recordedMetricSchema>;
