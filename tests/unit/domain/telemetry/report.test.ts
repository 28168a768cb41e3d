import type { CostSoFar, Resources } from '../../../../src/domain/telemetry/bottlenecks';
import { performanceReport } from '../../../../src/domain/telemetry/report';

const idle: Resources = { cpuPercent: 80, memoryPercent: 80, diskPercent: 80, diskMegabytesPerS: 500 };
const found = (resources: Partial<Resources>, cost: CostSoFar | null = null) =>
  performanceReport([], { ...idle, ...resources }, cost).bottlenecks.map(({ what, finding }) => [what, finding]);

test.each<[string, Partial<Resources>, [string, string][]]>([
  ['nothing at its limits', {}, []],
  ['CPU above 80 %', { cpuPercent: 80.6 }, [['cpu', 'CPU is used to 81 %.']]],
  ['memory above 80 %', { memoryPercent: 99 }, [['memory', 'Memory is used to 99 %.']]],
  ['disk above 80 %', { diskPercent: 81 }, [['disk', 'Disk space is used to 81 %.']]],
  ['more than 500 MB/s', { diskMegabytesPerS: 501 }, [['disk-throughput', 'The disk moves 501 MB/s.']]],
  ['what is not known is no bottleneck', { diskPercent: null, diskMegabytesPerS: null }, []],
])('%s', (_, resources, expected) => {
  expect(found(resources)).toEqual(expected);
});

test.each([
  [8.99, []],
  [9, [['cost', 'Approaching the cost limit: $9.00 of $10.00.']]],
  [9.99, [['cost', 'Approaching the cost limit: $9.99 of $10.00.']]],
  [10, [['cost', 'Exceeded the cost limit: $10.00 of $10.00.']]],
  [12, [['cost', 'Exceeded the cost limit: $12.00 of $10.00.']]],
])('$%d of $10', (spentUsd, expected) => {
  expect(found({}, { spentUsd, limitUsd: 10 })).toEqual(expected);
});

test('every bottleneck brings its suggestion, each once', () => {
  const { bottlenecks, suggestions } = performanceReport([], { ...idle, cpuPercent: 99, memoryPercent: 99 }, null);
  expect(suggestions).toEqual(bottlenecks.map(({ suggestion }) => suggestion));
  expect(new Set(suggestions).size).toBe(2);
});

test('the report counts its samples and series', () => {
  const sample = (value: number, name: string) => ({ name, value, tags: {}, atMs: 0 });
  const report = performanceReport([sample(1, 'a'), sample(3, 'a'), sample(5, 'b')], idle, null);
  expect(report).toMatchObject({
    summary: { samples: 3, series: 2 },
    latest: [{ value: 3 }, { value: 5 }],
    averages: [{ value: 2 }, { value: 5 }],
    resources: idle,
  });
});
