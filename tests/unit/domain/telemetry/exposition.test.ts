import { exposition } from '../../../../src/domain/telemetry/exposition';

test('families with their help, type and samples', () => {
  const text = exposition([
    { name: 'runs_total', help: 'Runs.', type: 'counter', samples: [{ value: 3 }] },
    {
      ...{ name: 'held', help: 'Held.', type: 'gauge' },
      samples: [
        { labels: { state: 'reserved', by: 'a' }, value: 0.5 },
        { labels: { state: 'unknown' }, value: 0 },
      ],
    },
    { name: 'nothing', help: 'Left out.', type: 'gauge', samples: [] },
  ]);
  expect(text).toBe(
    [
      '# HELP runs_total Runs.',
      '# TYPE runs_total counter',
      'runs_total 3',
      '# HELP held Held.',
      '# TYPE held gauge',
      'held{state="reserved",by="a"} 0.5',
      'held{state="unknown"} 0',
      '',
    ].join('\n'),
  );
});

test('what would break a line is escaped', () => {
  const samples = [{ labels: { tag: 'a "b"\\\nc' }, value: 1 }];
  expect(exposition([{ name: 'm', help: 'one\ntwo \\', type: 'gauge', samples }])).toBe(
    '# HELP m one\\ntwo \\\\\n# TYPE m gauge\nm{tag="a \\"b\\"\\\\\\nc"} 1\n',
  );
});

test.each([
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [1e21, '1e+21'],
])('%d is written as %s', (value, written) => {
  expect(exposition([{ name: 'm', help: '', type: 'gauge', samples: [{ value }] }])).toContain(`\nm ${written}\n`);
});

test.each([
  [{ name: '1st', help: '', type: 'gauge' as const, samples: [{ value: 1 }] }],
  [{ name: 'm', help: '', type: 'gauge' as const, samples: [{ labels: { 'a-b': '' }, value: 1 }] }],
])('a name that Prometheus would refuse is a defect', (family) => {
  expect(() => exposition([family])).toThrow('is no name of a');
});
