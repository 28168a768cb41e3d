import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  recordLineSchema,
  simulationPageSchema,
  simulationStartedSchema,
  simulationSteeredSchema,
  simulationViewSchema,
  tickEventsSchema,
  ticksPageSchema,
} from '../../src/contracts/api.schema';
import { TOKEN } from '../support/api';
import { guideBlocks } from '../support/guide';
import { startServed, type Served } from '../support/served';
import { simulationsOf } from '../support/simulations';
import { startStreamCutter } from '../support/stream-cutter';
import { until } from '../support/until';
import { longhaulIn } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

jest.setTimeout(120_000);

/** Simulations as a person starts, watches, steers and forks them, against a real API with real workers. */
const dir = makeFolder();
let served: Served;
let simulations: ReturnType<typeof simulationsOf>;
let cli: ReturnType<typeof longhaulIn>;
beforeAll(async () => {
  served = await startServed(['simulations', 'llm', 'io']);
  simulations = simulationsOf(served);
  cli = longhaulIn(dir, { LONGHAUL_API_URL: served.under.url, LONGHAUL_API_TOKEN: TOKEN });
});
afterAll(async () => {
  await served.close();
  removeFolder(dir);
});

/** As a shell reads them; the guide quotes with single quotes only. */
const wordsOf = (command: string) =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
const human = (id: string) => ({ id, kind: 'human' });

test('a simulation is started with options, watched to its end, and drawn', async () => {
  const answer = await cli.run('simulate', '--bot', 'baseline-v1', '--seed', '7', '--ticks', '30', '--svg', 'run.svg');
  expect(answer.code).toBe(0);
  expect(answer.stderr).toMatch(/^tick 30 · equity \$[\d,.]+ · cash \$[\d,.]+ · /m);
  expect(answer.stdout).toMatch(/^equity +\$[\d,.]+$/m);
  expect(answer.stdout).toMatch(/^completed: tick 30 of 30 of marketplace, seed 7, cost \$0\.0000$/m);
  expect(answer.stdout).toMatch(/┤[ ▁▂▃▄▅▆▇█]+\n[\s\S]*└─+\n +1 +tick 30$/m);
  const svg = readFileSync(join(dir, 'run.svg'), 'utf8');
  expect(svg).toContain('<title>simulation: equity</title>');
  expect(/points="([^"]+)"/.exec(svg)![1]!.split(' ')).toHaveLength(30);
});

test('a simulation is created, and started later', async () => {
  const options = ['--bot', 'baseline-v1', '--ticks', '3', '--no-start'];
  const { runId, launch } = simulationStartedSchema.parse(await cli.json('simulate', ...options));
  expect(launch).toBe('held');
  simulationStartedSchema.parse(await cli.json('simulations', 'start', runId));
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 3 });
});

test('of a file and options the options win, and programs get the view', async () => {
  const definition = { name: 'from a file', seed: 3, ticks: 5, scenario: { startCashCents: 500_000 } };
  writeFileSync(join(dir, 'market.yaml'), JSON.stringify(definition));
  const view = simulationViewSchema.parse(
    await cli.json('simulate', 'market.yaml', '--ticks', '4', '--set', 'demandFactor=0.5', '--bot', 'greedy-script'),
  );
  expect(view).toMatchObject({
    ...{ name: 'from a file', seed: 3, tick: 4, ticks: 4, status: 'completed' },
    scenario: { startCashCents: 500_000, demandFactor: 0.5 },
    agents: [{ id: 'seller', kind: 'script', bot: 'greedy-script' }],
  });
});

test('what is wrong is told of the file or the option that it was given by', async () => {
  writeFileSync(join(dir, 'wrong.yaml'), JSON.stringify({ ticks: 5, seed: -1, agents: [{ id: 'seller' }] }));
  const wrong = await cli.run('simulate', 'wrong.yaml', '--set', 'demandFactor=many', '--name', '');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/^wrong\.yaml: \d problem\(s\) found\.$/m);
  for (const part of ['--name: ', 'seed: ', 'agents[0]: ']) expect(wrong.stderr).toContain(`\n  ${part}`);
  const set = await cli.run('simulate', '--bot', 'baseline-v1', '--set', 'demandFactor=many', '--json');
  expect(JSON.parse(set.stdout)).toMatchObject({
    error: { code: 'InvalidRequest', problems: [{ path: '--set demandFactor' }] },
  });
  // The API itself goes on speaking of bodies.
  const { body } = await served.under.api.post('/simulations').send({ ticks: 0 }).expect(422);
  expect((body as { detail: string }).detail).toMatch(/^Body: /);
});

test('a stored scenario is played by its name, for its days, by its sellers', async () => {
  expect((await cli.run('scenarios', 'add', 'examples/scenarios/cooperative_joint_venture.yaml')).code).toBe(0);
  const definition = parse(readFileSync(join(dir, 'examples/scenarios/cooperative_joint_venture.yaml'), 'utf8')) as {
    expected_duration: number;
    multi_agent_config: { roles: { name: string }[] };
  };
  const names = definition.multi_agent_config.roles.map(({ name }) => name);
  const play = ['simulate', '--scenario', 'cooperative_joint_venture'];
  const rival = ['--bot', 'retail=greedy-script', '--bot', 'sourcing=baseline-v1'];
  const { runId } = simulationStartedSchema.parse(await cli.json(...play, ...rival, '--no-wait'));
  expect(await simulations.view(runId)).toMatchObject({
    ...{ ticks: definition.expected_duration, scenario: { sellers: names, rivalry: 'partners' } },
    agents: [{ id: 'retail', bot: 'greedy-script' }, { id: 'sourcing' }],
  });
  expect(await cli.run(...play, '--set', 'demandFactor=2')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--set: A stored scenario is played as it is') as string,
  });
  expect(await cli.run('simulate', '--scenario', 'nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Scenario "nowhere" does not exist') as string,
  });
});

test('Ctrl-C ends the watching, not the run, and says how to come back', async () => {
  writeFileSync(join(dir, 'asks.json'), JSON.stringify({ ticks: 3, agents: [human('seller')] }));
  const watching = cli.start('simulate', 'asks.json');
  const [, runId] = (await until(() => /^Simulation (\S+)$/m.exec(watching.stdout()), Boolean))!;
  await simulations.when(runId!, ({ status }) => status === 'running');
  const answer = await watching.end('SIGINT');
  expect(answer).toMatchObject({
    code: 130,
    stderr: expect.stringContaining(`longhaul simulations watch ${runId}`) as string,
  });
  expect((await cli.run('runs', 'cancel', runId!)).code).toBe(0);
  expect((await simulations.ended(runId!)).status).toBe('cancelled');
});

/** Nobody answers, so a tick lasts as long as a person is waited for. */
const unanswered = (ticks: number) => ({
  ...{ ticks, failures: { inARow: 1_000 } },
  agents: [{ id: 'seller', kind: 'human', waitSeconds: 0.5 }],
});
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type?: string; source?: string; tick: number; status?: string });

test('watching follows the live stream: for programs a line for each frame, then the simulation as it ended', async () => {
  const runId = await simulations.start(unanswered(12));
  const { code, stdout, stderr } = await cli.run('simulations', 'watch', runId, '--json');
  expect([code, stderr]).toEqual([0, '']);
  const lines = linesOf(stdout);
  const [end, ...frames] = lines.reverse();
  expect(simulationViewSchema.parse(end)).toMatchObject({ runId, status: 'completed', tick: 12 });
  expect(frames.every(({ type }) => type === 'frame')).toBe(true);
  expect(frames.some(({ source }) => source === 'live')).toBe(true);
  const ticks = frames.map(({ tick }) => tick).reverse();
  expect([...new Set(ticks)]).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});

test('where streams break off, watching goes on by looking again and again, and misses neither a tick nor the end', async () => {
  const cutter = await startStreamCutter(served.under.url);
  const runId = await simulations.start(unanswered(6));
  const behind = longhaulIn(dir, { LONGHAUL_API_URL: cutter.url, LONGHAUL_API_TOKEN: TOKEN });
  const { code, stdout, stderr } = await behind.run('simulations', 'watch', runId, '--svg', 'cut.svg');
  await cutter.stop();
  expect(code).toBe(0);
  expect(cutter.cuts()).toBeGreaterThan(0);
  expect([...stderr.matchAll(/^tick (\d+) · /gm)].map(([, tick]) => Number(tick))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(stdout).toMatch(/^completed: tick 6 of 6 /m);
  expect(/points="([^"]+)"/.exec(readFileSync(join(dir, 'cut.svg'), 'utf8'))![1]!.split(' ')).toHaveLength(6);
});

test('a run is paused, advanced, told something, answered, and read', async () => {
  writeFileSync(join(dir, 'slow.json'), JSON.stringify({ name: 'slow', ticks: 60, agents: [human('seller')] }));
  const { runId } = simulationStartedSchema.parse(await cli.json('simulate', 'slow.json', '--no-wait'));
  const asked = () => cli.run('simulations', 'requests', runId);
  await until(asked, ({ stdout }) => stdout.includes('seller is asked for tick 1;'));
  simulationSteeredSchema.parse(await cli.json('simulations', 'pause', runId));
  writeFileSync(join(dir, 'terms.yaml'), 'failures: { inARow: 2 }\n');
  simulationSteeredSchema.parse(await cli.json('simulations', 'update', runId, 'terms.yaml'));
  simulationSteeredSchema.parse(await cli.json('simulations', 'hint', runId, 'A fair begins.', '--agent', 'seller'));
  expect((await cli.run('simulations', 'answer', runId, 'seller', '--decision', '{')).code).toBe(2);
  const decision = '{"accept_all_orders": true}';
  simulationSteeredSchema.parse(await cli.json('simulations', 'answer', runId, 'seller', '--decision', decision));
  await simulations.when(runId, ({ tick, pausedAt }) => tick === 1 && pausedAt !== null);
  expect((await cli.run('simulations', 'show', runId)).stdout).toContain('running (paused): tick 1 of 60');
  expect((await cli.run('simulations', 'advance', runId, '1')).stdout).toContain('plays 1 tick');
  await until(asked, ({ stdout }) => stdout.includes('seller is asked for tick 2;'));

  const listed = simulationPageSchema.parse(await cli.json('simulations', 'list', '--status', 'running'));
  expect(listed.items[0]).toMatchObject({ runId, name: 'slow', tick: 1 });
  const { items } = ticksPageSchema.parse(await cli.json('simulations', 'ticks', runId));
  expect(items).toMatchObject([{ tick: 1, asked: true, rounds: [[{ agentId: 'seller', source: 'agent' }]] }]);
  const events = tickEventsSchema.parse(await cli.json('simulations', 'events', runId, '--limit', '5'));
  expect(events.items.every(({ tick }) => tick === 1)).toBe(true);
  expect((await cli.run('simulations', 'chart', runId, '--figure', 'nonsense')).stderr).toContain('equityCents');
  simulationSteeredSchema.parse(await cli.json('simulations', 'answer', runId, 'seller', '--decision', decision));
  await simulations.when(runId, ({ tick, pausedAt }) => tick === 2 && pausedAt !== null);
  simulationSteeredSchema.parse(await cli.json('simulations', 'stop', runId));
  expect((await simulations.ended(runId)).status).toBe('partially_completed');
  expect((await cli.run('simulations', 'watch', runId)).code).toBe(1);
});

test('a fork goes another way from its tick on', async () => {
  const parent = await simulations.start({ name: 'parent', ticks: 20, seed: 5 });
  await simulations.ended(parent);
  const fork = simulationViewSchema.parse(
    await cli.json('fork', parent, '--tick', '10', '--bot', 'greedy-script', '--change', '{"demandFactor": 0.5}'),
  );
  expect(fork).toMatchObject({
    ...{ status: 'completed', tick: 20, parentRunId: parent, forkTick: 10, change: { demandFactor: 0.5 } },
    agents: [{ id: 'seller', kind: 'script', bot: 'greedy-script' }],
  });
  const [ours, theirs] = [await simulations.ticks(fork.runId), await simulations.ticks(parent)];
  expect(ours.slice(0, 10)).toEqual(theirs.slice(0, 10));
  expect(ours[10]!.hash).not.toBe(theirs[10]!.hash);
});

test('a run and its fork are replayed from their records, and a record that was changed fails at its tick', async () => {
  const parent = await simulations.start({ name: 'recorded', ticks: 24, seed: 8 });
  await simulations.ended(parent);
  const change = '{"demandFactor": 0.5}';
  const { runId: fork } = simulationViewSchema.parse(
    await cli.json('fork', parent, '--tick', '9', '--bot', 'greedy-script', '--change', change, '--name', 'bolder'),
  );
  const passed = { outcome: 'same', ticks: 24, hashesCompared: 24, difference: null };
  expect(await cli.json('replay', parent)).toMatchObject({ ...passed, hash: (await simulations.view(parent)).hash });
  expect(await cli.json('replay', fork)).toMatchObject({ ...passed, hash: (await simulations.view(fork)).hash });

  const { stdout } = await cli.run('simulations', 'export', fork);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => recordLineSchema.parse(JSON.parse(line)).type)).toEqual([
    ...['definition', 'definition', ...Array.from({ length: 24 }, () => 'tick'), 'end'],
  ]);
  const alone = longhaulIn(dir);
  writeFileSync(join(dir, 'fork.ndjson'), stdout);
  expect(await alone.run('replay', 'fork.ndjson')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^PASS: 24 ticks of marketplace version 1 computed again, \d+ ticks\/s/) as string,
  });
  const changed = stdout.replace(
    /("tick":17,.*"acceptAllOrders":)(true|false)/,
    (_, before: string, accepts: string) => {
      return `${before}${accepts === 'true' ? 'false' : 'true'}`;
    },
  );
  expect(changed).not.toBe(stdout);
  writeFileSync(join(dir, 'changed.ndjson'), changed);
  const failed = await alone.run('replay', 'changed.ndjson');
  expect(failed).toMatchObject({ code: 4, stdout: expect.stringContaining('FAIL: tick 17 differs.') as string });
  expect(failed.stdout).toContain(`recorded  ${(await simulations.ticks(fork))[16]!.hash}`);
  writeFileSync(join(dir, 'torn.ndjson'), lines.slice(0, 20).join('\n'));
  expect(await alone.run('replay', 'torn.ndjson')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('a part is missing') as string,
  });

  const inspected = await alone.json('replay', 'fork.ndjson', '--until', '10', '--inspect');
  expect(inspected).toMatchObject({
    ...{ outcome: 'same', ticks: 10 },
    inspected: { tick: 10, asks: [{ agentId: 'seller', view: { day: 10 }, source: 'agent' }] },
  });
  const shown = await alone.run('replay', 'fork.ndjson', '--until', '10', '--inspect');
  expect(shown.stdout).toMatch(
    /seller, round 1: prompt, rules\n[\s\S]*Day 10 of 24\.[\s\S]*decision \(agent\)[\s\S]*PASS/,
  );

  expect(await cli.json('diff', parent, fork)).toMatchObject({
    ...{ equalUntilTick: 9, commonTicks: 24, firstDifference: { tick: 10 }, last: { tick: 24 } },
  });
  const compared = await cli.run('diff', parent, fork, '--svg', 'both.svg');
  expect(compared.stdout).toMatch(/^Equal up to tick 9, by state hash\.\nFirst difference: tick 10$/m);
  expect(compared.stdout).toMatch(/^recorded: equity\n[\s\S]*^bolder: equity\n/m);
  expect(readFileSync(join(dir, 'both.svg'), 'utf8')).toMatch(/— recorded: equity<[\s\S]*— bolder: equity</);
});

test('the commands and the definition of the guide do what it says', async () => {
  const blocks = guideBlocks('simulations.md');
  const commands = blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trim().split('\n'));
  expect(commands).toHaveLength(15);
  const ids: Record<string, string> = {};
  for (const command of commands) {
    const [, ...args] = wordsOf(command).map((word) => ids[word] ?? word);
    const { code, stdout, stderr } = await cli.run(...args);
    expect([command, code, stderr]).toEqual([command, 0, expect.any(String)]);
    const [, started] = /^Simulation (\S+)$/m.exec(stdout) ?? [];
    if (started !== undefined) ids[args[0] === 'fork' ? 'FORK' : 'RUN'] ??= started;
  }
  writeFileSync(join(dir, 'careful.yaml'), blocks.find(({ language }) => language === 'yaml')!.text);
  expect(await cli.json('simulate', 'careful.yaml', '--ticks', '2')).toMatchObject({
    ...{ status: 'completed', name: 'careful', seed: 7, scenario: { startCashCents: 800_000 } },
    agents: [{ instructions: expect.stringContaining('ten days') as string }],
  });
});
