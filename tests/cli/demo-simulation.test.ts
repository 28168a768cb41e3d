import { isStillAlive } from '../../src/adapters/embedded/process-identity';
import { readState } from '../../src/adapters/embedded';
import { until } from '../support/until';
import { longhaulIn } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

const DEMO_MS_MAX = 300_000;

interface ShownRun {
  status: string;
  ticks: number;
  hash: string;
  violations: number;
  equityCents: number;
  replay: { outcome: string; hashesCompared: number };
  ledger: { matches: boolean; accepted: number; settled: number } | null;
}

it(
  'the demonstration of a simulation: killed twice, forked, replayed, compared, beside a bot; nothing is left running',
  async () => {
    const dir = makeFolder();
    const demo = longhaulIn(dir).start('demo', '--simulation', '--days', '12', '--exit', '--json');
    await until(demo.stderr, (text) => text.includes('temporal (process'), DEMO_MS_MAX);
    const { processes } = readState(dir)!;
    const { code, stdout, stderr } = await demo.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const shown = JSON.parse(stdout) as { runs: Record<'model' | 'fork' | 'bot', ShownRun> };
    expect(shown).toMatchObject({
      ...{ asDesigned: true, forkTick: 4, equalUntilTick: 4, callsOfForkBefore: 0 },
      killed: [{ program: 'worker-simulations' }, { program: 'temporal' }],
    });
    const { model, fork, bot } = shown.runs;
    for (const run of [model, fork, bot])
      expect(run).toMatchObject({
        ...{ status: 'completed', ticks: 12, violations: 0 },
        replay: { outcome: 'same', hashesCompared: 12 },
      });
    expect(new Set([model.hash, fork.hash, bot.hash]).size).toBe(3);
    expect(new Set([model.equityCents, fork.equityCents, bot.equityCents]).size).toBe(3);
    expect(model.ledger).toMatchObject({ matches: true });
    expect(fork.ledger).toMatchObject({ matches: true });
    expect(model.ledger!.settled).toBeGreaterThanOrEqual(12);
    expect(fork.ledger!.settled).toBeGreaterThanOrEqual(8);
    expect(bot.ledger).toBeNull();
    expect(processes.filter((process) => isStillAlive(process))).toEqual([]);
    removeFolder(dir);
  },
  DEMO_MS_MAX,
);

it('says what goes together', async () => {
  const dir = makeFolder();
  const cli = longhaulIn(dir);
  expect(await cli.run('demo', '--days', '12')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--days needs --simulation') as string,
  });
  expect(await cli.run('demo', '--simulation', '--fault', 'rate-limit')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--simulation goes with') as string,
  });
  removeFolder(dir);
});
