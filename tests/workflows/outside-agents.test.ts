import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RecordedMetric, RunnerPage } from '../../src/contracts/api.schema';
import { freePort } from '../../src/adapters/embedded/free-port';
import { exampleCommands, startHttpExample } from '../support/agent-examples';
import { type AgentService, startAgentService } from '../support/agent-service';
import { TOKEN } from '../support/api';
import { lineAgent } from '../support/line-agent';
import type { Program } from '../support/programs';
import { everythingStored } from '../support/everything-stored';
import { startServed, type Served } from '../support/served';
import { bot, simulationsOf } from '../support/simulations';
import { until } from '../support/until';

jest.setTimeout(240_000);

const SECRET = 'a-key-that-nobody-may-see';
const TOKEN_SENT = 'canary-2b7c-of-an-agent';
const EXAMPLES = exampleCommands();

let service: AgentService;
let served: Served;
let io: Program;
let simulations: ReturnType<typeof simulationsOf>;
let examplePort: number;
let env: NodeJS.ProcessEnv;
let endExample: (() => void) | undefined;

beforeAll(async () => {
  service = await startAgentService();
  examplePort = await freePort();
  const commands = [
    ...EXAMPLES,
    lineAgent('line-agent'),
    lineAgent('crashing', 'crash', ['AGENT_SECRET']),
    lineAgent('deaf', 'deaf'),
  ];
  const credentials = [{ name: 'shop', host: service.host, authorization: 'Bearer ${SHOP_TOKEN}' }];
  served = await startServed(['workflows', 'simulations', 'llm'], {
    LONGHAUL_RUNNERS_COMMANDS: JSON.stringify(commands),
    LONGHAUL_RUNNERS_CREDENTIALS: JSON.stringify(credentials),
    LONGHAUL_RUNNERS_HTTP_ALLOW: `${service.host},127.0.0.1:${examplePort}`,
    LONGHAUL_MONITORING_INTERVAL_MS: '500',
  });
  const model = {
    OPENAI_BASE_URL: served.system.modelServer.url,
    OPENAI_API_KEY: 'k',
    MODEL: 'scripted-seller',
  };
  env = { AGENT_SECRET: SECRET, SHOP_TOKEN: TOKEN_SENT, LONGHAUL_LOG_LEVEL: 'debug', ...model };
  io = await served.system.startWorker('io', env);
  simulations = simulationsOf(served);
});
afterAll(async () => {
  endExample?.();
  await served.close();
  await service.close();
});
beforeEach(() => {
  service.asked.length = 0;
  service.behave('well');
});

const market = (agents: object[], more: object = {}) => ({ ticks: 3, agents, ...more });
const posted = (more: object = {}) => ({ id: 'seller', kind: 'http', url: service.url, ...more });

test('the examples play one market: a program in Python, a LangChain chain, a service that registered itself', async () => {
  endExample = await startHttpExample({
    ...{ LONGHAUL_API_URL: served.under.url, LONGHAUL_API_TOKEN: TOKEN, PORT: String(examplePort) },
  });
  const runners = (await served.under.api.get('/agents/list').expect(200)).body as RunnerPage;
  expect(runners.items).toMatchObject([{ id: 'node-seller', kind: 'endpoint', gone: false }]);
  const agents = [
    { id: 'node', kind: 'runner', capabilities: { framework: 'node', worlds: 'marketplace' } },
    ...EXAMPLES.map(({ name: command }) => ({ id: command.split('-')[0], kind: 'process', command })),
    bot('greedy-script', 'rival'),
  ];
  const runId = await simulations.start(market(agents));
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 3 });
  const answers = (await simulations.ticks(runId)).flatMap(({ rounds }) => rounds!.flat());
  expect(answers.filter(({ source }) => source !== 'agent')).toEqual([]);
  const said = new Map(
    answers.map(({ agentId, decision }) => [agentId, (decision as { reasoning: string }).reasoning]),
  );
  const words = { node: 'Up with orders, down without.', python: 'A cent below the cheapest, stock for five days.' };
  for (const [agentId, reasoning] of said)
    if (agentId in words) expect(reasoning).toBe(words[agentId as keyof typeof words]);
  expect([...said.keys()]).toEqual(agents.map(({ id }) => id));
  const current = async () =>
    ((await served.under.api.get('/metrics/current').expect(200)).body as { items: RecordedMetric[] }).items;
  const of = (items: RecordedMetric[], name: string) =>
    items.filter((metric) => metric.name === name).map(({ tags }) => tags['runner_id']);
  const items = await until(current, (seen) => of(seen, 'agent_decision_ms').length === EXAMPLES.length + 1);
  expect(of(items, 'agent_decision_ms').sort()).toEqual([...EXAMPLES.map(({ name }) => name), 'node-seller'].sort());
  expect(of(items, 'products_priced')).toEqual(['node-seller']);
  expect(of(items, 'model_tokens')).toEqual(of(items, 'agent_decision_ms').filter((id) => id === 'langchain-seller'));
});

test('an agent that fails is asked again under the same key, has its fallback, and parks the run when it goes on', async () => {
  service.behave(503);
  const failing = { failures: { inARow: 2, then: 'park' } };
  const runId = await simulations.start(market([posted({ maxRetries: 1 })], failing));
  const parked = await simulations.paused(runId);
  expect(parked.tick).toBe(2);
  const [first, second] = await simulations.ticks(runId);
  const detail = `${service.url} gave no decision: it answered with status 503: {"decision":{"accept_all_orders":true,"reasoning":"as always"}}`;
  expect(first!.rounds![0]![0]).toMatchObject({ source: 'fallback', feedback: [detail] });
  expect(second!.rounds![0]![0]).toMatchObject({ source: 'fallback' });
  const keys = (tick: number) => service.asked.filter(({ question }) => question.tick === tick).map(({ key }) => key);
  expect([keys(0), keys(1)]).toEqual([0, 1].map((tick) => Array(2).fill(`${runId}/${tick}/seller/0`)));
  service.behave('well');
  await simulations.steer(runId, 'resume');
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 3 });
  expect((await simulations.ticks(runId))[2]!.rounds![0]![0]).toMatchObject({ source: 'agent', feedback: [] });
  expect(service.asked.at(-1)!.question).toMatchObject({
    ...{ runId, agentId: 'seller', tick: 2, round: 0, world: 'marketplace', view: { day: 3 }, hints: [] },
    prompt: { user: expect.stringContaining('Day 3 of 3.') as string },
  });
});

test('a question whose worker dies is asked again under its key, and every tick is decided once', async () => {
  service.behave('silent');
  const runId = await simulations.start(market([posted()]));
  await until(
    () => service.asked.length,
    (asked) => asked === 1,
  );
  await io.stop('SIGKILL');
  service.behave('well');
  io = await served.system.startWorker('io', env);
  expect(await simulations.ended(runId)).toMatchObject({ status: 'completed', tick: 3 });
  const key = (tick: number) => `${runId}/${tick}/seller/0`;
  expect(service.asked.map((asked) => asked.key)).toEqual([key(0), key(0), key(1), key(2)]);
});

test('a program that breaks ends the run with its last words, and without what it was given in confidence', async () => {
  const agent = { id: 'seller', kind: 'process', command: 'crashing', maxRetries: 0 };
  const runId = await simulations.start(market([agent], { failures: { inARow: 1, then: 'end' } }));
  const end = await simulations.ended(runId);
  expect(end).toMatchObject({ status: 'failed', reasonCode: 'agent_failing', tick: 1 });
  expect(end.reason).toContain('it broke with [redacted] in hand');
  const history = await served.system.temporal.client.workflow.getHandle(end.workflowId).fetchHistory();
  const told = JSON.stringify([end, await simulations.ticks(runId), history]);
  expect(told.includes(SECRET) || told.includes(Buffer.from(SECRET).toString('base64').slice(0, 20))).toBe(false);
});

test('an agent is sent its credential by name; the value is in no table, no history, no log, and nothing else that is kept', async () => {
  const { api } = served.under;
  const runner = { id: 'kept', kind: 'endpoint', url: service.url, credential: 'shop' };
  const { body } = await api.post('/agents/register').send(runner).expect(201);
  expect(body).toMatchObject({ credential: 'shop' });
  const agents = [
    posted({ credential: 'shop', maxRetries: 0 }),
    { id: 'rival', kind: 'runner', runner: 'kept', maxRetries: 0 },
  ];
  const play = async () => await simulations.ended(await simulations.start(market(agents, { ticks: 1 })));
  const well = await play();
  expect(service.asked.map(({ authorization }) => authorization)).toEqual(Array(2).fill(`Bearer ${TOKEN_SENT}`));
  const sources = async ({ runId }: { runId: string }) =>
    (await simulations.ticks(runId))[0]!.rounds![0]!.map(({ source }) => source);
  expect(await sources(well)).toEqual(['agent', 'agent']);
  service.behave('quoting');
  const quoted = await play();
  service.behave('refusing');
  const refused = await play();
  for (const run of [quoted, refused]) expect(await sources(run)).toEqual(['fallback', 'fallback']);
  const kept = await everythingStored(
    served.system,
    [well, quoted, refused].map(({ workflowId }) => workflowId),
  );
  const told = JSON.stringify([
    quoted,
    refused,
    (await api.get('/agents/list')).body,
    await simulations.ticks(quoted.runId),
  ]);
  const places = [...kept, ['log of the worker', io.log()], ['answers of the API', told]] as const;
  const encoded = Buffer.from(TOKEN_SENT).toString('base64').slice(0, 24);
  expect(
    places.flatMap(([place, text]) => (text.includes(TOKEN_SENT) || text.includes(encoded) ? [place] : [])),
  ).toEqual([]);
});

test('a program that hears nothing ends with its worker', async () => {
  await simulations.ended(
    await simulations.start(market([{ id: 'seller', kind: 'process', command: 'deaf' }], { ticks: 1 })),
  );
  const { rows } = await served.system.pool.query<{ pid: number }>(
    `SELECT (data->'metrics'->>'pid')::int AS pid FROM monitor_event WHERE type = 'outside-agent-answered' AND data->>'runner' = 'deaf'`,
  );
  const { pid } = rows[0]!;
  const isRunning = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  expect(isRunning()).toBe(true);
  await io.stop();
  expect(isRunning()).toBe(false);
  io = await served.system.startWorker('io', env);
});

test('a program plays a stored scenario and is judged by it; a fork gives it to a bot', async () => {
  const scenario = readFileSync(resolve(__dirname, '../../examples/scenarios/tier_0_baseline.yaml'), 'utf8');
  await served.under.api.post('/scenarios').type('application/yaml').send(scenario).expect(201);
  const agents = [{ id: 'seller', kind: 'process', command: 'line-agent' }];
  const parent = await simulations.start({ scenario: 'tier_0_baseline', agents });
  expect(await simulations.ended(parent)).toMatchObject({ status: 'completed', tick: 30 });
  const { body } = await served.under.api.get(`/simulations/${parent}/result`).expect(200);
  expect(body).toMatchObject({ violations: [], verdicts: [{ verdict: { passed: true } }] });
  const fork = await simulations.fork(parent, { tick: 28, agents: [bot('greedy-script')] });
  expect(await simulations.ended(fork)).toMatchObject({ status: 'completed', tick: 30, forkTick: 28 });
});
