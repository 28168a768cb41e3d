import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const STARTER = resolve(__dirname, '../../../scripts/bench.cjs');
const run = promisify(execFile);
/** A stack of its own is started, and a handful of short simulations run on it. */
const WITHIN_MS = 300_000;

test(
  'simulation --quick --json: one line of figures; a kill changes no hash, a fork repeats no call',
  async () => {
    const args = [STARTER, 'simulation', '--quick', '--json'];
    const { stdout } = await run(process.execPath, args, { timeout: WITHIN_MS });
    const { worlds, ...head } = JSON.parse(stdout) as { worlds: { marketplace: Record<string, number> } };
    expect(head).toEqual({
      ...{ bench: 'simulation', form: 'quick' },
      machine: expect.objectContaining({ cpus: aNumber, load: { before: aNumber, after: aNumber } }) as object,
    });
    const { marketplace } = worlds;
    expect(marketplace).toMatchObject({
      ...{ forwardTicks: 400, pureTicksPerS: aNumber, workflowTicksPerS: aNumber, ratio: aNumber },
      ...{ agentTicks: 40, agentTicksPerS: { paid: aNumber, bare: aNumber, ratio: aNumber, fast: aNumber } },
      ...{ bytesPerTick: aNumber, recordMsPerTick: aNumber, replayTicksPerS: aNumber, replayToRun: aNumber },
      ...{ kills: 1, killHashEqual: true, recoveryMs: aNumber, forkCallsBefore: 0, forkCallsAfter: 20 },
    });
    // One decision is three events and the workflow task's three; a recording of some ticks comes on top.
    expect(marketplace['eventsPerAgentTick']).toBeGreaterThan(6);
    expect(marketplace['eventsPerAgentTick']).toBeLessThanOrEqual(8);
    expect(marketplace['struckAtTick']).toBeGreaterThanOrEqual(32);
  },
  WITHIN_MS,
);

test('an option of another benchmark is said, before anything is started', async () => {
  await expect(run(process.execPath, [STARTER, 'simulation', '--part', 'budget'])).rejects.toMatchObject({
    stderr: expect.stringContaining('npm run bench -- simulation'),
  });
});

const aNumber = expect.any(Number) as number;
