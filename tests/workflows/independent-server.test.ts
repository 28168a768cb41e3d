import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { getRunNodes, listAttempts } from '../../src/adapters/postgres';
import { echoAgent, echoGraph } from '../support/graphs';
import { outputOf, startSystem, TENANT, type System } from '../support/system';

/** As in tests/integration/gateway/independent-server.test.ts, with everything around a call: a server that others wrote. */
const KEY = 'sk-canary-0123456789';
const USAGE = { prompt_tokens: 12, completion_tokens: 7, input_tokens: 12, output_tokens: 7 };
/** 12 tokens of input at 1 and 7 of output at 2 micro-USD. */
const COST_MICRO_USD = 26;
const MODELS = { writer: 'gpt-of-others', critic: 'anthropic:claude-of-others' };

let mock: LLMock;
let system: System;
beforeAll(async () => {
  mock = new LLMock({ port: 0 });
  mock.onMessage('Criticise: Rome was not built in a day.', { content: 'A commonplace.', usage: USAGE });
  mock.onMessage('Write about Rome', { content: 'Rome was not built in a day.', usage: USAGE });
  mock.onToolResult('call_1', { content: 'It is 42.', usage: USAGE });
  mock.onMessage('Six by seven', {
    toolCalls: [{ id: 'call_1', name: 'calculator', arguments: '{"expression":"6*7"}' }],
    usage: USAGE,
  });
  await mock.start();
  system = await startSystem({
    env: {
      ...{ OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_API_KEY: KEY },
      ...{ ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: KEY },
    },
    workers: [],
  });
  const priceFile = join(system.payloadDir, 'prices.yaml');
  writeFileSync(
    priceFile,
    'models:\n  gpt-of-others: { input: 1, output: 2 }\n  claude-of-others: { input: 1, output: 2 }\n',
  );
  await system.startWorker('all', { LONGHAUL_PRICE_FILE: priceFile });
});
afterAll(async () => {
  await system.close();
  await mock.stop();
});

const agent = (name: string, model: string, promptTemplate: string, more: object = {}) =>
  echoAgent(name, { llmConfig: { model, maxTokens: 50 }, promptTemplate, ...more });

test('one agent writes through OpenAI’s wire and one criticises through Anthropic’s: both are paid and stored', async () => {
  const run = await system.startRun(
    echoGraph([
      agent('writer', MODELS.writer, 'Write about Rome'),
      agent('critic', MODELS.critic, 'Criticise: {{ writer.content }}', { dependencies: ['writer'] }),
    ]),
  );
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 2, costMicroUsd: 2 * COST_MICRO_USD });
  expect(await outputOf(system, run.runId, 'critic')).toMatchObject({ content: 'A commonplace.' });
  const attempts = await listAttempts(system.pool, { tenant: TENANT, runId: run.runId, limit: 10 });
  expect(attempts.map(({ state, actualMicroUsd }) => [state, actualMicroUsd])).toEqual(
    Array(2).fill(['settled', COST_MICRO_USD]),
  );
});

test('a tool that it asks for is executed, and its result is answered', async () => {
  const run = await system.startRun(
    echoGraph([agent('counter', MODELS.writer, 'Six by seven', { tools: ['calculator'] })]),
  );
  expect(await run.result()).toMatchObject({ status: 'completed' });
  expect(await outputOf(system, run.runId, 'counter')).toMatchObject({ content: 'It is 42.' });
  const told = JSON.stringify(mock.getLastRequest()?.body);
  expect(told).toContain('"tool_call_id":"call_1"');
  expect(told).toContain('42');
  expect(await getRunNodes(system.pool, TENANT, run.runId)).toMatchObject([
    { calls: 2, costMicroUsd: 2 * COST_MICRO_USD },
  ]);
});
