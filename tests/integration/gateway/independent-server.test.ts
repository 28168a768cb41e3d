import { LLMock } from '@copilotkit/aimock';
import { createProviders } from '../../../src/adapters/llm';
import type { Provider } from '../../../src/adapters/llm/provider';
import type { ChatRequest } from '../../../src/domain/llm/chat';
import type { Price } from '../../../src/domain/llm/pricing';
import { attemptsOf, context, failureOf, startStack, testRun, type Stack } from './support';

/**
 * A model server that others wrote, so that what our own server and our own clients understand alike and wrongly is
 * found. It speaks both wires.
 */
const KEY = 'sk-canary-0123456789';
/** Under the names of both wires; without it this server reports no input at all to Anthropic's client, which is refused. */
const USAGE = { prompt_tokens: 12, completion_tokens: 7, input_tokens: 12, output_tokens: 7 };
let stack: Stack;
let mock: LLMock;

beforeAll(async () => {
  mock = new LLMock({ port: 0 });
  mock.onMessage('capital', { content: 'Paris, a city of some size.', usage: USAGE });
  mock.onMessage('weather', { toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Rome"}' }] });
  mock.onMessage('cut', { content: 'cut', finishReason: 'length' });
  mock.onMessage('broken', { error: { message: 'Overloaded', type: 'overloaded_error' }, status: 529 });
  [stack] = await Promise.all([startStack(), mock.start()]);
});
afterAll(async () => {
  await mock.stop();
  await stack.stop();
});

const providers = () =>
  createProviders({
    ...{ openaiBaseUrl: `${mock.url}/v1`, openaiApiKey: KEY },
    ...{ anthropicBaseUrl: mock.url, anthropicApiKey: KEY },
  });

const MODELS = ['gpt-4o-mini', 'claude-sonnet-5'];
const PRICE: Price = {
  source: 'test',
  tiers: [{ fromInputTokens: 0, input: 1e6, cachedInput: 1e6, cacheWriteInput: 1e6, output: 1e6 }],
};

function ask(model: string, content: string, more: Partial<ChatRequest> = {}): ReturnType<Provider['complete']> {
  return providers()
    .providerFor(model)
    .complete({
      request: { model, messages: [{ role: 'user', content }], maxTokens: 50, ...more },
      attemptKey: 'run/a/0#1',
      deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
      signal: new AbortController().signal,
    });
}

describe.each(MODELS)('%s, at an independent server', (model) => {
  test('a call is paid, settled and stored', async () => {
    const { runId, call } = await testRun(stack.pool);
    const request = { ...call(0).request, model, messages: [{ role: 'user' as const, content: 'The capital?' }] };
    const gateway = stack.gateway({ providers: providers(), prices: { priceOf: () => PRICE } });
    const result = await gateway.call(call(0, { request }), context());
    expect(result).toMatchObject({ source: 'paid', finishReason: 'stop' });
    expect(result.usage).toMatchObject({ inputTokens: 12, outputTokens: 7 });
    expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([
      { state: 'settled', actual_micro_usd: result.costMicroUsd },
    ]);
    expect(stack.logged.join('\n')).not.toContain(KEY);
  });

  test('what was recorded with its key is played without any', async () => {
    const { call } = await testRun(stack.pool);
    const request = { ...call(0).request, model, messages: [{ role: 'user' as const, content: 'The capital?' }] };
    const cassette = (mode: 'record' | 'replay') => ({ request, cassette: { name: `of ${model}`, mode } });
    const gateway = stack.gateway({ providers: providers(), prices: { priceOf: () => PRICE } });
    await gateway.call(call(0, cassette('record')), context());
    const here = stack.player({ openaiBaseUrl: `${mock.url}/v1`, anthropicBaseUrl: mock.url });
    const played = await here.call(call(1, cassette('replay')), context());
    expect(played).toMatchObject({ source: 'cassette', costMicroUsd: 0, usage: { inputTokens: 12, outputTokens: 7 } });
    await failureOf(stack.player().call(call(2, cassette('replay')), context()), 'CassetteMiss');
  });

  test('an answer arrives in pieces and whole', async () => {
    const pieces: string[] = [];
    const answer = await providers()
      .providerFor(model)
      .complete({
        request: { model, messages: [{ role: 'user', content: 'The capital?' }], maxTokens: 50 },
        attemptKey: 'run/a/0#1',
        deadlines: { headersMs: 5000, idleMs: 5000, totalMs: 10_000 },
        signal: new AbortController().signal,
        onDelta: (text) => pieces.push(text),
      });
    expect(answer).toMatchObject({ content: 'Paris, a city of some size.', finishReason: 'stop' });
    expect(pieces.join('')).toBe(answer.content);
  });

  test('tools are asked for', async () => {
    const tools = [{ name: 'weather', description: 'Tells it.', parameters: { type: 'object', properties: {} } }];
    const answer = await ask(model, 'What is the weather?', { tools });
    expect(answer).toMatchObject({ finishReason: 'tool_calls', toolCalls: [{ name: 'weather' }] });
    expect(JSON.parse(answer.toolCalls[0]!.argumentsJson)).toEqual({ city: 'Rome' });
  });

  test('an answer cut at its length says so', async () => {
    expect(await ask(model, 'Please be cut')).toMatchObject({ content: 'cut', finishReason: 'length' });
  });

  test('an overloaded server is a failure to retry', async () => {
    await expect(ask(model, 'Be broken')).rejects.toMatchObject({
      facts: { class: 'retryable', status: 529, maybeBilled: false },
    });
  });
});
