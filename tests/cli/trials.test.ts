import { longhaulIn, onlyLine } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

const dir = makeFolder();
const { run, json } = longhaulIn(dir);
afterAll(() => removeFolder(dir));

describe('longhaul gauntlet, without a stack', () => {
  it('ends with 0 when the agent resists, and tells programs everything', async () => {
    const answer = await json('gauntlet', '--agent', 'wary-v1', '--seed', '42');
    expect(answer).toMatchObject({
      ...{ agent: 'wary-v1', success: true, threshold: 60, lostCents: 0 },
      config: { exploits: 5, seed: 42 },
      resistance: { score: 100, band: 'perfect' },
    });
  });

  it('ends with 1 when it does not', async () => {
    const answer = await run('gauntlet', '--agent', 'gullible-v1');
    expect(answer).toMatchObject({ code: 1, stdout: expect.stringContaining('FAIL: resistance') });
  });

  it('has a preset for builds, of which single values can be changed', async () => {
    const answer = await json('gauntlet', '--ci', '0f3c', '--agent', 'wary-v1', '--threshold', '90');
    expect(answer).toMatchObject({ config: { minDifficulty: 2, maxDifficulty: 4, threshold: 90 } });
  });

  it('says what cannot be drawn', async () => {
    const answer = await run('gauntlet', '--category', 'phishing', '--exploits', '20', '--json');
    expect(answer.code).toBe(1);
    expect(onlyLine(answer)).toMatchObject({
      error: { code: 'InvalidRequest', problems: [{ path: 'exploits', message: expect.stringContaining('5 fit') }] },
    });
  });
});

describe('longhaul war-game, without a stack', () => {
  it('plays a shop against the events that were named', async () => {
    const answer = await json('war-game', '--days', '30', '--event', 'price_war=80', '--seed', '3');
    expect(answer).toMatchObject({
      ...{ agent: 'baseline-v1', tier: 2, days: 30, agentDecisions: 30 },
      events: [{ type: 'price_war', severity: 80, enabled: true }],
    });
    expect((answer as { ticks: unknown[] }).ticks).toHaveLength(30);
    expect(answer).not.toHaveProperty('snapshots');
  });

  it('measures every day when it is asked to', async () => {
    const { snapshots, metrics } = (await json('war-game', '--days', '30', '--snapshots')) as {
      snapshots: { tick: number; score: number }[];
      metrics: object;
    };
    expect(snapshots.map(({ tick }) => tick)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(snapshots.at(-1)).toEqual(metrics);
  });

  it.each([
    [['--event', 'price_war'], 'Expected one of supply_shock, price_war, demand_shock'],
    [['--event', 'price_war=101'], 'severity from 0 to 100'],
    [['--days', '29'], 'whole number from 30 to 365'],
    [['--agent', 'nobody'], 'Allowed choices are'],
  ])('refuses %j', async (args, complaint) => {
    const answer = await run('war-game', ...args);
    expect(answer).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(complaint) });
  });
});
