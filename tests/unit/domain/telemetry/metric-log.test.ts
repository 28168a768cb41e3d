import {
  averages,
  currentMetrics,
  record,
  SAMPLES_MAX,
  type MetricSample,
} from '../../../../src/domain/telemetry/metric-log';

const sample = (name: string, value: number, tags: Record<string, string> = {}, atMs = value): MetricSample => ({
  ...{ name, value, tags, atMs },
});

test('the newest value of each series counts, and tags tell series apart', () => {
  const log = record(
    [],
    sample('tokens', 1, { agent: 'a' }),
    sample('tokens', 2, { agent: 'b' }),
    sample('tokens', 3, { agent: 'a' }),
    sample('cpu', 4),
  );
  expect(currentMetrics(log)).toEqual([
    sample('tokens', 3, { agent: 'a' }),
    sample('tokens', 2, { agent: 'b' }),
    sample('cpu', 4),
  ]);
});

test('tags in another order are the same series', () => {
  const log = record([], sample('m', 1, { a: '1', b: '2' }), sample('m', 2, { b: '2', a: '1' }));
  expect(currentMetrics(log)).toHaveLength(1);
});

test('the mean is over all values of a series', () => {
  const log = record([], sample('m', 1), sample('m', 2), sample('m', 6), sample('m', 10, { of: 'another' }));
  expect(averages(log)).toEqual([
    { name: 'm', tags: {}, value: 3 },
    { name: 'm', tags: { of: 'another' }, value: 10 },
  ]);
});

test('the oldest samples go first', () => {
  const all = Array.from({ length: SAMPLES_MAX + 2 }, (_, index) => sample('m', index));
  const log = all.reduce<readonly MetricSample[]>((before, one) => record(before, one), []);
  expect(log).toHaveLength(1_000);
  expect([log[0]!.value, log.at(-1)!.value]).toEqual([2, 1_001]);
});
