import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseScenario } from '../../src/contracts/parse-scenario.schema';
import { startApi, TOKEN, type ApiUnderTest } from '../support/api';
import { longhaulIn } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

const dir = makeFolder();
const EXAMPLE = 'tier_2_advanced.yaml';
let under: ApiUnderTest;
let cli: ReturnType<typeof longhaulIn>;
beforeAll(async () => {
  under = await startApi();
  copyFileSync(join('examples/scenarios', EXAMPLE), join(dir, EXAMPLE));
  cli = longhaulIn(dir, { LONGHAUL_API_URL: under.url, LONGHAUL_API_TOKEN: TOKEN });
});
afterAll(async () => {
  await under.close();
  removeFolder(dir);
});

describe('longhaul scenarios', () => {
  it('adds a file, lists it, shows it as YAML that is the same scenario', async () => {
    expect((await cli.run('scenarios', 'list')).stdout).toContain('No scenarios yet.');
    const added = await cli.run('scenarios', 'add', EXAMPLE);
    expect(added).toMatchObject({ code: 0, stdout: 'tier_2_advanced is stored as version 1.\n' });
    expect((await cli.run('scenarios', 'list')).stdout).toMatch(/tier_2_advanced +1 +2 +180 +1 +A recession/);
    const shown = await cli.run('scenarios', 'show', 'tier_2_advanced');
    expect(parseScenario(parse(shown.stdout)).problems).toEqual([]);
    writeFileSync(join(dir, 'shown.yaml'), shown.stdout);
    expect((await cli.run('scenarios', 'add', 'shown.yaml')).stdout).toBe('tier_2_advanced is stored as version 1.\n');
  });

  it('validates a file and a stored scenario, and ends with 1 when something is wrong', async () => {
    expect(await cli.run('scenarios', 'validate', EXAMPLE)).toMatchObject({
      ...{ code: 0, stdout: 'tier_2_advanced.yaml is in order.\n' },
    });
    expect((await cli.run('scenarios', 'validate', 'tier_2_advanced')).code).toBe(0);
    writeFileSync(
      join(dir, 'wrong.yaml'),
      'scenario_name: wrong\ndifficulty_tier: 7\nexpected_duration: 30\nsuccess_criteria: {profit: 1}\n',
    );
    const wrong = await cli.run('scenarios', 'validate', 'wrong.yaml');
    expect(wrong).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^difficulty_tier: Expected one of 0, 1, 2, 3; got 7/),
    });
  });

  it('generates the same scenario from the same seed, without a stack', async () => {
    const alone = longhaulIn(dir);
    const first = await alone.run('scenarios', 'generate', '--tier', '3', '--seed', '5');
    expect(parse(first.stdout)).toMatchObject({ scenarioName: 'generated_tier_3_5', difficultyTier: 3 });
    expect((await alone.run('scenarios', 'generate', '--tier', '3', '--seed', '5')).stdout).toBe(first.stdout);
    expect((await alone.run('scenarios', 'generate', '--tier', '4')).code).toBe(2);
  });

  it('plays a scenario with a bot and judges it, and ends with 1 when a criterion is missed, without a stack', async () => {
    const alone = longhaulIn(dir);
    const played = await alone.run('scenarios', 'play', EXAMPLE, '--agent', 'baseline-v1', '--seed', '1');
    expect(played.stdout).toMatch(/profit_min +2000 +[\d.]+ +holds/);
    expect(played).toMatchObject({ code: 0, stdout: expect.stringContaining('PASS, composite 1.00') });
    const greedy = readFileSync(join(dir, EXAMPLE), 'utf8').replace('profit_min: 2000', 'profit_min: 2000000');
    writeFileSync(join(dir, 'greedy.yaml'), greedy);
    const missed = await alone.run('scenarios', 'play', 'greedy.yaml', '--json');
    expect(missed.code).toBe(1);
    expect(JSON.parse(missed.stdout)).toMatchObject({ judged: [{ verdict: { passed: false, composite: 0 } }] });
    expect((await alone.run('scenarios', 'play', 'wrong.yaml')).stderr).toContain('got 7');
  });

  it('plays generated scenarios of every tier, and says whether they get harder', async () => {
    const answer = await longhaulIn(dir).run('scenarios', 'curriculum', '--agent', 'greedy-script', '--seeds', '2');
    expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('No tier is easier than the one below.') });
  });
});
