import { bottlenecksOf, type Bottleneck, type CostSoFar, type Resources } from './bottlenecks';
import { averages, currentMetrics, type MetricLog, type MetricSample } from './metric-log';

export interface PerformanceReport {
  summary: { samples: number; series: number };
  latest: MetricSample[];
  averages: Omit<MetricSample, 'atMs'>[];
  bottlenecks: Bottleneck[];
  /** Each once. */
  suggestions: string[];
  resources: Resources;
}

export function performanceReport(log: MetricLog, resources: Resources, cost: CostSoFar | null): PerformanceReport {
  const latest = currentMetrics(log);
  const bottlenecks = bottlenecksOf(resources, cost);
  return {
    summary: { samples: log.length, series: latest.length },
    ...{ latest, averages: averages(log), bottlenecks },
    suggestions: [...new Set(bottlenecks.map(({ suggestion }) => suggestion))],
    resources,
  };
}
