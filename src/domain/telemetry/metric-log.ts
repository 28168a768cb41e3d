/** A number that somebody measured. */
export interface MetricSample {
  name: string;
  value: number;
  /** What tells series of one name apart. */
  tags: Readonly<Record<string, string>>;
  atMs: number;
}

/** The newest samples, oldest first. */
export type MetricLog = readonly MetricSample[];

/** The oldest go first: what was measured is looked at soon or never. */
export const SAMPLES_MAX = 1_000;

export function record(log: MetricLog, ...samples: readonly MetricSample[]): MetricLog {
  return [...log, ...samples].slice(-SAMPLES_MAX);
}

/** The newest sample of each series, in the order in which the series began. */
export function currentMetrics(log: MetricLog): MetricSample[] {
  const newest = new Map<string, MetricSample>();
  for (const sample of log) newest.set(seriesOf(sample), sample);
  return [...newest.values()];
}

/** The mean of each series over all samples that are kept. */
export function averages(log: MetricLog): Omit<MetricSample, 'atMs'>[] {
  const sums = new Map<string, { name: string; tags: MetricSample['tags']; sum: number; count: number }>();
  for (const sample of log) {
    const { name, tags } = sample;
    const { sum, count } = sums.get(seriesOf(sample)) ?? { sum: 0, count: 0 };
    sums.set(seriesOf(sample), { name, tags, sum: sum + sample.value, count: count + 1 });
  }
  return [...sums.values()].map(({ name, tags, sum, count }) => ({ name, tags, value: sum / count }));
}

/** Tags in whatever order are the same tags. */
function seriesOf({ name, tags }: Pick<MetricSample, 'name' | 'tags'>): string {
  return JSON.stringify([name, Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
