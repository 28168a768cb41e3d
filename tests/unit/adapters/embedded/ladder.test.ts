import { climb, type Rung, type RungWalked } from '../../../../src/adapters/embedded/ladder';

function rung(
  name: string,
  result: { found: string; version: string } | { skipped: string },
  tried: string[] = [],
): Rung<string> {
  return { name, remedy: `make ${name} work.`, attempt: async () => (tried.push(name), result) };
}

it('takes the first rung that can be used, tries none after it, and reports each as it is walked', async () => {
  const [tried, walked]: [string[], RungWalked[]] = [[], []];
  const rungs = [
    rung('one', { skipped: 'too old' }, tried),
    rung('two', { found: '/bin/two', version: '1.2' }, tried),
    rung('three', { found: 'never', version: '9' }, tried),
  ];
  expect(await climb('Thing', rungs, (step) => walked.push(step))).toEqual({
    found: '/bin/two',
    version: '1.2',
    origin: 'two',
  });
  expect(tried).toEqual(['one', 'two']);
  expect(walked).toEqual([
    { service: 'Thing', rung: 'one', taken: false, detail: 'too old' },
    { service: 'Thing', rung: 'two', taken: true, detail: '1.2' },
  ]);
});

it('lists every way with its reason and its remedy when none worked', async () => {
  const rungs = [rung('one', { skipped: 'not set' }), rung('two', { skipped: 'offline' })];
  await expect(climb('Thing', rungs, () => undefined)).rejects.toMatchObject({
    code: 'ServiceNotFound',
    message:
      'Thing: no way to get it worked.\n  - one: not set. To use it: make one work.\n  - two: offline. To use it: make two work.',
  });
});
