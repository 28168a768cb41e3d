import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { outcomesAreEqual } from './harness/invariants';
import { SABOTAGES } from './harness/run-sabotage';
import type { ChaosReport } from './harness/run-chaos';

jest.setTimeout(180_000);

const ROOT = resolve(__dirname, '../..');
const FAULTS = ['F1/llm', 'F1/simulations', 'F5', 'F6', 'F12', 'F28'];

test('a short seed: workers, Temporal, Redis and PostgreSQL die, every book agrees, and the market ends in the same hash', async () => {
  const args = ['scripts/chaos.cjs', '--seed', '20261121', '--minutes', '0', '--faults', FAULTS.join(','), '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const report = JSON.parse(stdout) as ChaosReport;
  expect(report.invariants).toEqual({
    I1: 'ok',
    I2: 'ok',
    I3: 'ok',
    I4: 'ok',
    I5: 'ok',
    I6: 'ok',
    I7: 'ok',
    I10: 'ok',
  });
  expect(report.faults).toEqual(FAULTS.map((name) => ({ name, fired: 1 })));
  expect(report.ledgerErrorMicroUsd).toBe(0);
});

test('a simulation that ends in another state than the calm one is named', () => {
  const work = { name: 'market', kind: 'simulation', definition: {}, hasOneOutcome: true, runId: 'r1' } as const;
  const ended = (hash: string) => ({ status: 'completed', end: { tick: 6, hash }, agents: {} });
  const books = { attempts: new Map(), accepted: [], outcomes: new Map([['r1', ended('b')]]) };
  expect(outcomesAreEqual([work], books, new Map([['market', ended('b')]]))).toEqual([]);
  expect(outcomesAreEqual([work], books, new Map([['market', ended('a')]]))).toEqual([
    'market r1 ended in {"tick":6,"hash":"b"}, not {"tick":6,"hash":"a"}',
  ]);
});

test('a question that cannot be understood is answered with the usage', async () => {
  const ask = promisify(execFile)(process.execPath, ['scripts/chaos.cjs', '--seed', '1', '--faults', 'F99'], {
    cwd: ROOT,
  });
  await expect(ask).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--faults names F99; known: F1'),
  });
});

test.each(SABOTAGES)('the sabotage "$name" still finds its place in the build', ({ edits }) => {
  for (const { file, find } of edits) expect(readFileSync(resolve(ROOT, file), 'utf8').split(find)).toHaveLength(2);
});
