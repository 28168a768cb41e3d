import { type Agents, openAgents } from '../../../../src/adapters/agents';
import type { AgentOutcome } from '../../../../src/domain/simulation/runners/question';
import { question } from '../../../support/agent-question';
import { lineAgent, type LineAgentMode } from '../../../support/line-agent';
import { until } from '../../../support/until';

const SECRET = 'a-key-that-nobody-may-see';
const opened: Agents[] = [];
afterEach(() => Promise.all(opened.splice(0).map((agents) => agents.close())));

function program(mode: LineAgentMode, env: string[] = []): Agents {
  const agents = openAgents({
    commands: [lineAgent('seller', mode, env)],
    post: () => Promise.reject(new Error('nobody posts here')),
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

test('only a program that the operator named is ever started', async () => {
  const agents = program('accept');
  const other = () => agents.agentAt({ kind: 'process', address: '/bin/sh' }, 'run/seller');
  expect(other).toThrow(/No command "\/bin\/sh" is configured for agents\. Known: seller\./);
  const missing = openAgents({
    commands: [{ name: 'gone', command: ['no-such-program-here'], env: [] }],
    ...{ post: () => Promise.reject(new Error('nobody posts here')), env: process.env },
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
