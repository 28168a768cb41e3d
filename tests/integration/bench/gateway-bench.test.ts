import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const STARTER = resolve(__dirname, '../../../scripts/bench.cjs');
const run = promisify(execFile);
/** A stack of its own is started, and processes of callers on it. */
const WITHIN_MS = 300_000;

test(
  'gateway --quick --json --part budget: one line of figures, and at each tier as many are admitted as there is room for',
  async () => {
    const args = [STARTER, 'gateway', '--quick', '--json', '--part', 'budget'];
    const { stdout } = await run(process.execPath, args, { timeout: WITHIN_MS });
    expect(JSON.parse(stdout)).toEqual({
      bench: 'gateway',
      form: 'quick',
      machine: expect.objectContaining({ cpus: aNumber, load: { before: aNumber, after: aNumber } }) as object,
      loads: { budget: aNumber },
      budget: {
        ...{ callers: 200, room: 30, admitted: 30, overspendMicroUsd: 0 },
        tiers: [0, 100, 300].map((fromInputTokens) => ({
          ...{ fromInputTokens, inputTokens: aNumber, admitted: 30, overspendMicroUsd: 0 },
        })),
      },
    });
  },
  WITHIN_MS,
);

test(
  'gateway --quick --json --part batchLane: killed at three points, no batch is submitted twice, at half the cost',
  async () => {
    const args = [STARTER, 'gateway', '--quick', '--json', '--part', 'batchLane'];
    const { stdout } = await run(process.execPath, args, { timeout: WITHIN_MS });
    const { batchLane } = JSON.parse(stdout) as { batchLane: { costRatio: number } };
    expect(batchLane).toEqual({ kills: 3, batches: 3, resubmissions: 0, billedTwice: 0, costRatio: aNumber });
    expect(Math.abs(batchLane.costRatio - 0.5)).toBeLessThan(0.02);
  },
  WITHIN_MS,
);

test('a part that is not there is said, before anything is started', async () => {
  await expect(run(process.execPath, [STARTER, 'gateway', '--part', 'gravity'])).rejects.toMatchObject({
    stderr: expect.stringContaining('npm run bench -- gateway'),
  });
});

const aNumber = expect.any(Number) as number;
