import { PURE_SKILLS } from '../../../../src/domain/tools/built-in';

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const empty = times(90_000, () => ({}));
const many = (count: number) => Object.fromEntries(times(count, (index) => [`k${index}`, 1]));

/** They run in the process that runs workflows: whoever makes one of them slow stops every run. */
test.each<[string, string, Record<string, unknown>]>([
  ['conditions by rows', 'lookup', { data: empty, where: many(5_000) }],
  ['fields by rows', 'transform', { operation: 'pick', value: empty, fields: times(200, (index) => `k${index}`) }],
  [
    'rows by columns',
    'transform',
    { operation: 'json_to_csv', value: times(40_000, (index) => ({ [`k${index}`]: 1 })) },
  ],
])('%s: a bounded number of steps', (_, name, args) => {
  const skill = PURE_SKILLS.find(({ spec }) => spec.name === name)!;
  const before = process.cpuUsage();
  skill.run(args);
  // Processor time, so that other work on the machine does not count. As products these took 10 s to minutes, or all memory.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000);
});
