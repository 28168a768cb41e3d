import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const STARTER = resolve(__dirname, '../../../scripts/bench.cjs');
const run = promisify(execFile);
/** A stack of its own is started, and a few graphs of a hundred agents and their bare counterparts run on it. Kills have their own suite. */
const WITHIN_MS = 480_000;

interface Report {
  bench: string;
  machine: { cpus: number; versions: Record<string, string>; load: Record<string, number> };
  waits: Record<string, number>;
  cases: Record<string, unknown>[];
  chain: Record<string, unknown>;
  fastLane: Record<string, unknown> & { cases: Record<string, unknown>[] };
  kills: object;
}

test(
  'graph --quick --json: one line of figures with their denominators',
  async () => {
    const args = [STARTER, 'graph', '--quick', '--json', '--chain', '10', '--kills', '0'];
    const { stdout } = await run(process.execPath, args, { timeout: WITHIN_MS });
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ bench: 'graph', pairs: 1, waits: { syncMs: aNumber, modelServerMs: aNumber } });
    expect(Object.values(report.machine.versions).every((version) => /^\d+\.\d+/.test(version))).toBe(true);
    expect(report.cases.map((row) => row['case'])).toEqual(['n100-even', 'n100-uneven']);
    for (const row of report.cases) {
      expect(row).toMatchObject({ calls: 100, parallel: 10, idealMs: aNumber, makespanMs: aNumber, replayMs: aNumber });
      // Nothing is quicker than the ideal; a ratio below one would mean that something else was measured.
      expect(row['ratio']).toBeGreaterThan(1);
      expect(row['bareRatio']).toBeGreaterThan(1);
      expect(row['eventsPerCall']).toBeLessThan(8);
    }
    expect(report.fastLane).toMatchObject({ chainMsPerStep: aNumber, nodesPerS: aNumber, nodesPerSRatio: aNumber });
    expect(report.fastLane.cases).toMatchObject([{ case: 'n100-zero', calls: 100, events: aNumber }]);
    // A step beside the workflow is one marker, not an activity's three events.
    expect(report.fastLane.cases[0]!['events']).toBeLessThan(200);
    expect(report.kills).toEqual({});
    expect(report.chain).toMatchObject({ steps: 10, msPerStep: aNumber, bareMsPerStep: aNumber, ratioToBare: aNumber });
  },
  WITHIN_MS,
);

test('an unknown benchmark or a chain of nothing is said, before anything is started', async () => {
  await expect(run(process.execPath, [STARTER, 'gravity'])).rejects.toMatchObject({
    stderr: expect.stringContaining('npm run bench -- graph'),
  });
  await expect(run(process.execPath, [STARTER, 'graph', '--chain', '0'])).rejects.toMatchObject({
    stderr: expect.stringContaining('expected a whole number from 1 to 1000'),
  });
});

const aNumber = expect.any(Number) as number;
