import type Anthropic from '@anthropic-ai/sdk';
import Ajv from 'ajv';
import type OpenAI from 'openai';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { until } from '../../support/until';
import { anthropicOf, clientOf, user } from './clients';

type Asked = Partial<Anthropic.MessageCreateParamsNonStreaming>;

let server: ModelServer;
let client: Anthropic;
let openai: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  client = anthropicOf(server);
  openai = clientOf(server);
});
afterAll(() => server.stop());

const paramsOf = (content: string, more: Asked = {}): Anthropic.MessageCreateParamsNonStreaming => ({
  model: 'scripted-echo',
  max_tokens: 4_000,
  messages: [{ role: 'user', content }],
  ...more,
});
const ask = (content: string, more: Asked = {}, options: Anthropic.RequestOptions = {}) =>
  client.messages.create(paramsOf(content, more), options);
const textOf = ({ content }: Anthropic.Message) =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('');
const openaiText = async (messages: OpenAI.Chat.ChatCompletionMessageParam[], model = 'scripted-echo') =>
  (await openai.chat.completions.create({ model, messages })).choices[0]!.message.content;

const weather: Anthropic.Tool = {
  name: 'get_weather',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
    required: ['city', 'days'],
  },
};

describe('messages', () => {
  test('a plain answer has id, content, stop reason and usage, and names its request', async () => {
    const { data, request_id: requestId } = await ask('hello').withResponse();
    expect(data).toMatchObject({
      id: expect.stringMatching(/^msg_/) as string,
      type: 'message',
      role: 'assistant',
      model: 'scripted-echo',
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    });
    expect(textOf(data)).toContain('hello');
    expect(requestId).toMatch(/^req_[0-9a-f]{32}$/);
  });

  test.each(['scripted-erp', 'scripted-echo'])('%s gives the same answer on both wires', async (model) => {
    const prompt = 'Agent: stock_analyzer\nStock: [{"sku":"A-1","onHand":3,"dailyDemand":2}].';
    const answer = await ask(prompt, { model, system: [{ type: 'text', text: 'You are careful.' }] });
    const messages = [{ role: 'system' as const, content: 'You are careful.' }, user(prompt)];
    expect(textOf(answer)).toBe(await openaiText(messages, model));
    const [first, second] = (await server.readAccepted()).slice(-2);
    expect(first).toMatchObject({ inputTokens: second!.inputTokens, outputTokens: second!.outputTokens });
  });

  test('a conversation with tools is the same one on both wires, whatever the ids of its calls', async () => {
    const script = '[[call: a {"n": 1}]] [[call: b]]';
    const first = await ask(script);
    const calls = first.content.filter((block) => block.type === 'tool_use');
    expect(first.stop_reason).toBe('tool_use');
    expect(calls).toMatchObject([
      { id: expect.stringMatching(/^toolu_/) as string, name: 'a', input: { n: 1 } },
      { name: 'b', input: {} },
    ]);
    const results = calls.map(({ id }, index) => ({
      type: 'tool_result' as const,
      tool_use_id: id,
      content: `r${index}`,
    }));
    const turns: Anthropic.MessageParam[] = [
      { role: 'user', content: script },
      { role: 'assistant', content: first.content },
      { role: 'user', content: results },
    ];
    const last = await client.messages.create({ ...paramsOf(''), messages: turns });
    const asked = await openai.chat.completions.create({ model: 'scripted-echo', messages: [user(script)] });
    const { message } = asked.choices[0]!;
    const answered = message.tool_calls!.map(({ id }, index) => ({
      role: 'tool' as const,
      tool_call_id: id,
      content: `r${index}`,
    }));
    expect(textOf(last)).toContain('Tool said: r0 Tool said: r1');
    expect(textOf(last)).toBe(await openaiText([user(script), message, ...answered]));
  });

  test('an offered tool that the prompt mentions is called with arguments that fit its schema', async () => {
    const { content } = await ask('please use get_weather', { tools: [weather] });
    const [call] = content;
    expect(call).toMatchObject({ type: 'tool_use', name: 'get_weather' });
    expect(new Ajv().validate(weather.input_schema, (call as Anthropic.ToolUseBlock).input)).toBe(true);
  });

  test('tool_choice decides: none forbids, any and tool demand', async () => {
    const reasonOf = async (content: string, tool_choice: Anthropic.ToolChoice) =>
      (await ask(content, { tools: [weather], tool_choice })).stop_reason;
    expect(await reasonOf('please use get_weather', { type: 'none' })).toBe('end_turn');
    expect(await reasonOf('nothing of that kind', { type: 'auto' })).toBe('end_turn');
    expect(await reasonOf('nothing of that kind', { type: 'any' })).toBe('tool_use');
    expect(await reasonOf('nothing of that kind', { type: 'tool', name: 'get_weather' })).toBe('tool_use');
  });

  test('max_tokens and stop sequences end the text and say so', async () => {
    const cut = await ask('[[tokens: 50]]', { max_tokens: 7 });
    expect(cut).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 7 } });
    const stopped = await ask('[[answer: one two three]]', { stop_sequences: [' three', ' two'] });
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: ' two' });
    expect(textOf(stopped)).toBe('one');
  });

  test('a JSON schema in output_config is satisfied', async () => {
    const schema = { type: 'object', properties: { echo: { type: 'string', maxLength: 5 } }, required: ['echo'] };
    const answer = await ask('hello there', { output_config: { format: { type: 'json_schema', schema } } });
    expect(JSON.parse(textOf(answer))).toMatchObject({ echo: 'hello' });
  });

  test('the models have the form that the client reads', async () => {
    const { data } = await client.models.list();
    expect(data).toMatchObject([
      { type: 'model', id: 'scripted-erp' },
      { id: 'scripted-echo' },
      { id: 'scripted-seller' },
      { id: 'scripted-boutique' },
    ]);
    expect(await client.models.retrieve('scripted-erp')).toMatchObject({ type: 'model', id: 'scripted-erp' });
  });
});

describe('streams', () => {
  const TEXT = 'An answer that is long enough to come in several pieces, 𝄞 and emoji 🚚 included, as answers do.';

  test('the events come in order, and make the message that comes whole', async () => {
    const types: string[] = [];
    const stream = client.messages.stream(paramsOf(`[[answer: ${TEXT}]]`));
    stream.on('streamEvent', ({ type }) => types.push(type));
    const { id: _, ...whole } = await ask(`[[answer: ${TEXT}]]`);
    expect(await stream.finalMessage()).toMatchObject(whole);
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(types.filter((type) => type === 'content_block_delta').length).toBeGreaterThan(3);
  });

  test('tool calls stream their arguments in pieces', async () => {
    const script = `[[call: note {"text":"${TEXT}"}]] [[call: other]]`;
    const message = await client.messages.stream(paramsOf(script)).finalMessage();
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'tool_use', name: 'note', input: { text: TEXT } },
        { name: 'other', input: {} },
      ],
    });
  });

  test('latency is spread: the first piece comes well before the last', async () => {
    await server.setLatency('fixed:300');
    const startedMs = performance.now();
    const timesMs: number[] = [];
    for await (const _ of await client.messages.create({ ...paramsOf(`[[answer: ${TEXT}]]`), stream: true }))
      timesMs.push(performance.now() - startedMs);
    await server.setLatency('fixed:0');
    expect(timesMs.at(-1)).toBeGreaterThanOrEqual(290);
    expect(timesMs[0]).toBeLessThan(timesMs.at(-1)! - 100);
  });
});

describe('the book', () => {
  const linesOf = async (key: string) => (await server.readLog()).filter((line) => line.attemptKey === key);

  test('has one billing line for each call, named by the header, else by user_id', async () => {
    const { usage } = await ask('x', { metadata: { user_id: 'r/n/0#1' } }, { headers: {} });
    expect((await linesOf('r/n/0#1'))[0]).toMatchObject({
      kind: 'accepted',
      agent: 'n',
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
    });
    const headers = { 'x-longhaul-attempt': encodeURI('r/prüfer/0#2') };
    await ask('x', { metadata: { user_id: 'someone' } }, { headers });
    expect((await linesOf('r/prüfer/0#2'))[0]).toMatchObject({ kind: 'accepted', agent: 'prüfer' });
  });

  test('counts all input tokens; the usage on the wire names those of the cache apart', async () => {
    const fault = 'usage:input=1000,cached=600,cache-write=150,output=9';
    const headers = { 'x-longhaul-fault': fault, 'x-longhaul-attempt': 'r/cached/0#1' };
    const { usage } = await ask('x', {}, { headers });
    expect(usage).toMatchObject({
      input_tokens: 250,
      cache_read_input_tokens: 600,
      cache_creation_input_tokens: 150,
      output_tokens: 9,
    });
    expect((await linesOf('r/cached/0#1'))[0]).toMatchObject({ inputTokens: 1000, outputTokens: 9 });
  });

  test('has a rejected request under its key', async () => {
    const headers = { 'x-longhaul-fault': '500', 'x-longhaul-attempt': 'r/rejected/0#1' };
    await expect(ask('x', {}, { headers })).rejects.toMatchObject({ status: 500 });
    const lines = await until(
      () => linesOf('r/rejected/0#1'),
      (found) => found.length > 0,
    );
    expect(lines).toMatchObject([{ kind: 'rejected', status: 500, fault: '500' }]);
  });
});

describe('refusals', () => {
  const turns = (...messages: Anthropic.MessageParam[]) => ({ messages });
  const call = { type: 'tool_use' as const, id: 'toolu_1', name: 'a', input: {} };
  const result = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: 'x' };

  test.each<[string, object, number, string, RegExp]>([
    ['an unknown model', { model: 'claude-nowhere' }, 404, 'not_found_error', /claude-nowhere/],
    ['no limit', { max_tokens: undefined }, 400, 'invalid_request_error', /max_tokens/],
    ['no messages', { messages: [] }, 400, 'invalid_request_error', /messages/],
    ['an unknown field', { seed: 7 }, 400, 'invalid_request_error', /seed: Extra inputs/],
    [
      'a system message',
      turns({ role: 'system' as 'user', content: 'x' }),
      400,
      'invalid_request_error',
      /messages.0.role/,
    ],
    [
      'empty text',
      turns({ role: 'user', content: [{ type: 'text', text: '' }] }),
      400,
      'invalid_request_error',
      /text/,
    ],
    ['too warm', { temperature: 1.5 }, 400, 'invalid_request_error', /temperature/],
    [
      'a call that nothing answers',
      turns(said('hi'), { role: 'assistant', content: [call] }, said('and?')),
      400,
      'invalid_request_error',
      /messages.1: `tool_use` ids were found without `tool_result`/,
    ],
    [
      'an answer that nothing asked for',
      turns({ role: 'user', content: [result] }),
      400,
      'invalid_request_error',
      /unexpected `tool_use_id`/,
    ],
  ])('%s', async (_, body, status, type, message) => {
    const failure = (await ask('hi', body).catch((error: unknown) => error)) as InstanceType<typeof Anthropic.APIError>;
    expect(failure).toMatchObject({ status, type, requestID: expect.stringMatching(/^req_/) as string });
    expect(failure.error).toMatchObject({ type: 'error', error: { type }, request_id: failure.requestID });
    expect(failure.message).toMatch(message);
  });

  test('a request without key or version', async () => {
    const post = async (headers: Record<string, string>) => {
      const body = JSON.stringify(paramsOf('hi'));
      const response = await fetch(`${server.url}/messages`, { method: 'POST', body, headers });
      return [response.status, ((await response.json()) as { error?: { type: string } }).error?.type];
    };
    expect(await post({ 'anthropic-version': '2023-06-01' })).toEqual([401, 'authentication_error']);
    expect(await post({ 'x-api-key': 'k' })).toEqual([400, 'invalid_request_error']);
    expect(await post({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' })).toEqual([200, undefined]);
  });
});

function said(content: string): Anthropic.MessageParam {
  return { role: 'user', content };
}
