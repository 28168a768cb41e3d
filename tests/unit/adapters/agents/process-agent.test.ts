import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agents, openAgents } from '../../../../src/adapters/agents';
import type { AgentOutcome } from '../../../../src/domain/simulation/runners/question';
import { question } from '../../../support/agent-question';
import { lineAgent, type LineAgentMode } from '../../../support/line-agent';
import { until } from '../../../support/until';

const SECRET = 'a-key-that-nobody-may-see';
const NO_HTTP = {
  credentials: [],
  checkCredential: () => undefined,
  post: () => Promise.reject(new Error('nobody posts here')),
};
const folder = () => mkdtempSync(join(tmpdir(), 'longhaul-agents-test-'));
const opened: Agents[] = [];
afterEach(() => Promise.all(opened.splice(0).map((agents) => agents.close())));

function program(mode: LineAgentMode, env: string[] = []): Agents {
  const agents = openAgents({
    commands: [lineAgent('seller', mode, env)],
    ...NO_HTTP,
    folder: folder(),
    env: { ...process.env, AGENT_SECRET: SECRET, OPENAI_API_KEY: 'the-key-of-the-worker' },
  });
  opened.push(agents);
  return agents;
}

const ask = (agents: Agents, whose = 'run/seller', ms = 20_000): Promise<AgentOutcome> =>
  agents.agentAt({ kind: 'process', address: 'seller' }, whose).ask(question(), AbortSignal.timeout(ms));
const problemOf = async (mode: LineAgentMode, env: string[] = []) =>
  ((await ask(program(mode, env))) as { problem: string }).problem;
const metricsOf = async (outcome: Promise<AgentOutcome>) => ((await outcome) as { metrics: unknown }).metrics;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('one program serves an agent from question to question, and no other agent', async () => {
  const agents = program('accept');
  const first = await metricsOf(ask(agents));
  expect(first).toEqual({ asked: 1, pid: expect.any(Number) as number });
  expect(await metricsOf(ask(agents))).toEqual({ ...(first as object), asked: 2 });
  expect(await metricsOf(ask(agents, 'run/rival'))).toMatchObject({ asked: 1 });
});

test.each<[LineAgentMode, RegExp]>([
  ['no-json', /no JSON; it begins: "Thinking about prices \.\.\.".*standard output is for answers only/],
  ['no-decision', /not \{"decision": …\}/],
  ['stale', /requestKey of-another-question, not that of the question/],
  ['endless', /wrote more than 262144 bytes/],
])('an answer of kind %s is none, and the next question goes to a new program', async (mode, expected) => {
  const agents = program(mode);
  expect(await ask(agents)).toEqual({ problem: expect.stringMatching(expected) as string, again: true });
  expect(await ask(agents)).toEqual({ problem: expect.stringMatching(expected) as string, again: true });
});

test('a program that does not answer in time is ended, with what it started', async () => {
  const agents = program('silent');
  expect(await ask(agents, 'run/seller', 500)).toEqual({ problem: 'it did not answer in time', again: true });
});

test('a line that nobody asked for ends a program: what it would answer next belongs to no question', async () => {
  const { pid } = (await metricsOf(ask(program('chatter')))) as { pid: number };
  await until(
    () => Promise.resolve(isRunning(pid)),
    (running) => !running,
    20_000,
  );
});

test('the end of a program is told with what it said, without what it was given in confidence', async () => {
  const problem = await problemOf('crash', ['AGENT_SECRET']);
  expect(problem).toMatch(/ended by itself \(exit code 3\)\. It said: it broke with \[redacted\] in hand/);
  expect(problem).not.toContain(SECRET);
});

test('it is given what it needs and what the operator named, and nothing else of the worker', async () => {
  const named = (await ask(program('variables', ['AGENT_SECRET']))) as { decision: string[] };
  expect(named.decision).toContain('AGENT_SECRET');
  expect(named.decision).toContain('PATH');
  expect(named.decision).not.toContain('OPENAI_API_KEY');
  const unnamed = (await ask(program('variables'))) as { decision: string[] };
  expect(unnamed.decision).not.toContain('AGENT_SECRET');
});

test('an answer that tells a value it was given is refused, for good', async () => {
  const outcome = await ask(program('tell', ['AGENT_SECRET']));
  expect(outcome).toEqual({ problem: expect.stringMatching(/^its answer holds a value of the env/), again: false });
});

test('a program that prints its environment is refused, and none of it is told', async () => {
  const outcome = await ask(program('environment', ['AGENT_SECRET']));
  expect(JSON.stringify(outcome)).not.toContain(SECRET);
});

test('each runs in a folder of its own, which goes with it, unless the operator named one', async () => {
  const agents = program('folder');
  const folderOf = async (whose: string) => ((await ask(agents, whose)) as { decision: string }).decision;
  const [mine, yours] = [await folderOf('run/seller'), await folderOf('run/rival')];
  expect(mine).toContain('longhaul-agents-');
  expect(yours).not.toBe(mine);
  expect(existsSync(mine)).toBe(true);
  await agents.close();
  await until(
    () => [mine, yours].some(existsSync),
    (left) => !left,
  );
  const named = openAgents({
    commands: [{ ...lineAgent('seller', 'folder'), cwd: __dirname }],
    ...{ ...NO_HTTP, folder: folder(), env: process.env },
  });
  opened.push(named);
  expect(await ask(named)).toMatchObject({ decision: __dirname });
  await named.close();
  expect(existsSync(__dirname)).toBe(true);
});

test('folders that the system has cleared away are made again', async () => {
  const below = folder();
  rmSync(below, { recursive: true });
  const agents = openAgents({ commands: [lineAgent('seller')], ...{ ...NO_HTTP, folder: below, env: process.env } });
  opened.push(agents);
  expect(await ask(agents)).toMatchObject({ decision: { accept_all_orders: true } });
  await agents.close();
  expect(existsSync(below)).toBe(false);
});

test('closing ends a program that hears neither signals nor the end of its input', async () => {
  const agents = program('deaf');
  const { pid } = (await metricsOf(ask(agents))) as { pid: number };
  await agents.close();
  expect(isRunning(pid)).toBe(false);
});

test('a program that ends by itself takes along what it started', async () => {
  const agents = program('parent');
  const { pid } = (await metricsOf(ask(agents))) as { pid: number };
  await agents.close(); // the end of its input, which it obeys
  await until(
    () => isRunning(pid),
    (running) => !running,
  );
});

test('what leaves its group and holds its output holds nobody up', async () => {
  const agents = program('deserter');
  const { pid } = (await metricsOf(ask(agents))) as { pid: number };
  try {
    await agents.close();
  } finally {
    process.kill(pid, 'SIGKILL');
  }
});

test('of a program that shouts the first words and the last are told', async () => {
  const problem = await problemOf('shouting');
  expect(problem).toContain('these are its last words');
  expect(problem.length).toBeLessThan(1_000);
});

test('only a program that the operator named is ever started', async () => {
  const agents = program('accept');
  const other = () => agents.agentAt({ kind: 'process', address: '/bin/sh' }, 'run/seller');
  expect(other).toThrow(/No command "\/bin\/sh" is configured for agents\. Known: seller\./);
  const missing = openAgents({
    commands: [{ name: 'gone', command: ['no-such-program-here'], env: [] }],
    ...{ ...NO_HTTP, folder: folder(), env: process.env },
  });
  opened.push(missing);
  const agent = missing.agentAt({ kind: 'process', address: 'gone' }, 'run/seller');
  expect(await agent.ask(question(), AbortSignal.timeout(20_000))).toEqual({
    problem: expect.stringMatching(/cannot be started: .*ENOENT/) as string,
    again: false,
  });
});

test('closing ends every program', async () => {
  const agents = program('accept');
  const { pid } = (await metricsOf(ask(agents))) as { pid: number };
  await agents.close();
  expect(isRunning(pid)).toBe(false);
});
