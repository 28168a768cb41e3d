import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AnthropicClient,
  LLMBatcher,
  LLMClient,
  metricsTo,
  OpenAIClient,
  type CallMetrics,
  type LLMResponse,
} from '../../../src/gateway';
import { createArtifactBus, createPayloads } from '../../../src/gateway/artifacts';
import { TENANT } from '../../support/ledger';
import { startStack, type Stack } from './support';

let stack: Stack;
const folder = mkdtempSync(join(tmpdir(), 'longhaul-clients-'));
beforeAll(async () => void (stack = await startStack()));
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => stack.server.setFaults());

const own = (more: object = {}) => ({ apiKey: 'canary-library-key', apiBase: stack.server.url, ...more });
const accepted = async () => (await stack.server.readAccepted()).length;
const hello = [{ role: 'user', content: 'Hello [[tokens: 12]]' }];
const FAST = {
  retryPolicy: { strategy: 'immediate', baseDelaySeconds: 0, maxDelaySeconds: 0, exponentialBase: 2, jitter: false },
} as const;

test.each([
  ['OpenAIClient', () => new OpenAIClient(own())],
  ['AnthropicClient', () => new AnthropicClient(own())],
])('%s completes a prompt and says what it took', async (_, create) => {
  const response = await create().complete('Hello [[tokens: 12]]', {
    ...{ model: 'scripted-echo', temperature: 0.7, maxTokens: 50 },
  });
  expect(response).toMatchObject({
    ...{ model: 'scripted-echo', finishReason: 'stop', outputTokens: 12, toolCalls: [] },
    metadata: { attempts: 1, latencyMs: expect.any(Number) as number },
  });
  expect(response.inputTokens).toBeGreaterThan(0);
  expect(response.metadata.costMicroUsd).toBeGreaterThan(0);
});

test.each([
  ['OpenAIClient', () => new OpenAIClient(own())],
  ['AnthropicClient', () => new AnthropicClient(own())],
])('%s asks with tools and is told what came of them', async (_, create) => {
  const client = create();
  const tool = { name: 'calculator', description: 'Adds.', parameters: { type: 'object', properties: {} } };
  const question = { role: 'user', content: '[[call: calculator {"expression": "6 * 7"}]] [[answer: $1]]' };
  const asked = await client.completeWithTools([question], {
    model: 'scripted-echo',
    tools: [{ type: 'function', function: tool }],
  });
  expect(asked).toMatchObject({ finishReason: 'tool_calls', toolCalls: [{ name: 'calculator' }] });
  const [call] = asked.toolCalls;
  const told = await client.completeWithTools(
    [
      question,
      {
        ...{ role: 'assistant', content: asked.content },
        tool_calls: [{ id: call!.id, function: { name: call!.name, arguments: call!.argumentsJson } }],
      },
      { role: 'tool', tool_call_id: call!.id, content: '42' },
    ],
    { model: 'scripted-echo', tools: [tool] },
  );
  expect(told).toMatchObject({ content: '42', finishReason: 'stop' });
});

test('built from key, base and model: query asks once, aquery asks again after a rate limit', async () => {
  const client = new LLMClient(own({ model: 'openai/scripted-echo', ...FAST }));
  await stack.server.setFaults('429:times=1');
  await expect(client.query(hello)).rejects.toMatchObject({ code: 'ModelFailed' });
  await stack.server.setFaults('429:times=2');
  const before = await accepted();
  expect(await client.aquery(hello)).toMatchObject({ outputTokens: 12, metadata: { attempts: 3 } });
  expect(await accepted()).toBe(before + 1);
  await stack.server.setFaults('429:times=3');
  await expect(client.aquery(hello)).rejects.toMatchObject({ code: 'ModelFailed' });
});

test('what cannot become better is not asked again, and no error holds the key', async () => {
  const client = new LLMClient(own({ model: 'scripted-echo', ...FAST }));
  await stack.server.setFaults('401');
  const error = await client.aquery(hello).catch((thrown: unknown) => thrown as Error & { code: string });
  expect(error).toMatchObject({ code: 'ModelRefused' });
  expect(JSON.stringify(error) + (error as Error).message).not.toContain('canary');
  expect((await stack.server.state()).faults[0]).toMatchObject({ fired: 1 });
});

test('one metrics record per answered call that names its conversation, as an artifact', async () => {
  const bus = createArtifactBus({
    ...{ pool: stack.pool, payloads: createPayloads(stack.pool, { dir: folder }), redis: null },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const seen: CallMetrics[] = [];
  const publish = metricsTo(bus, TENANT);
  const onMetrics = async (metrics: CallMetrics) => {
    seen.push(metrics);
    await publish(metrics);
  };
  const client = new LLMClient(own({ model: 'scripted-echo', onMetrics }));
  await client.aquery(hello);
  expect(seen).toEqual([]);
  await client.aquery(hello, { conversationId: 'talk-1', agentId: 'ada', branchId: 'draft' });
  expect(seen).toMatchObject([{ conversationId: 'talk-1', model: 'scripted-echo', outputTokens: 12, attempts: 1 }]);
  const found = await bus.search({ tenant: TENANT, sessionId: 'talk-1', limit: 10 });
  expect(found).toMatchObject([
    { type: 'metrics', agentId: 'ada', branchId: 'draft', model: 'scripted-echo', outputTokens: 12 },
  ]);
  expect(found[0]!.costMicroUsd).toBe(seen[0]!.costMicroUsd);
  await bus.close();
});

test('further parameters are passed through, within bounds', async () => {
  const client = new OpenAIClient(own({ model: 'scripted-echo' }));
  expect(await client.complete('Hello', { frequency_penalty: 0.5, user: 'ada' })).toMatchObject({
    finishReason: 'stop',
  });
  await expect(client.complete('Hello', { n: 5 })).rejects.toThrow('"n" is not passed through');
  await expect(client.complete('Hello', { user: 'x'.repeat(20_000) })).rejects.toThrow('characters as JSON');
});

test('it is what a batcher asks', async () => {
  const client = new OpenAIClient(own({ model: 'scripted-echo' }));
  const batcher = new LLMBatcher<LLMResponse>({
    complete: (messages, parameters) => client.complete(messages as never, parameters),
  });
  const ask = () =>
    new Promise<LLMResponse | undefined>((resolve) => batcher.addRequest(hello, (response) => resolve(response)));
  const answers = await Promise.all([ask(), ask()]);
  expect(answers.map((answer) => answer?.outputTokens)).toEqual([12, 12]);
  await batcher.stop();
});
