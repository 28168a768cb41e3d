import Ajv from 'ajv';
import type OpenAI from 'openai';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { clientOf, user } from './clients';

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  client = clientOf(server);
});
afterAll(() => server.stop());

const ask = (content: string, more: Partial<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming> = {}) =>
  client.chat.completions.create({ model: 'scripted-echo', messages: [user(content)], ...more });

describe('chat completions', () => {
  test('a plain answer has id, choice, finish reason and usage', async () => {
    const { data, request_id: requestId } = await ask('hello').withResponse();
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'scripted-echo',
      choices: [{ index: 0, finish_reason: 'stop' }],
    });
    expect(data.choices[0]!.message.content).toContain('hello');
    expect(data.id).toMatch(/^chatcmpl-/);
    expect(requestId).toMatch(/^req_[0-9a-f]{32}$/);
    expect(data.usage!.total_tokens).toBe(data.usage!.prompt_tokens + data.usage!.completion_tokens);
  });

  test('input is counted as the published rule says: 3 per message, 3 for the reply, o200k_base for the rest', async () => {
    const { usage } = await ask('token token token');
    expect(usage!.prompt_tokens).toBe(3 + 3 + 1 + 3); // reply, message, role, text
  });

  test('text that looks like a special token is counted as text', async () => {
    const { usage } = await ask('<|endoftext|>');
    expect(usage!.prompt_tokens).toBeGreaterThan(3 + 3 + 1 + 1);
  });

  test.each(['max_tokens', 'max_completion_tokens'] as const)('%s cuts the answer and says so', async (name) => {
    const { choices, usage } = await ask('[[tokens: 50]]', { [name]: 7 });
    expect(choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: Array(7).fill('token').join(' ') },
    });
    expect(usage!.completion_tokens).toBe(7);
  });

  test('a cut inside a character leaves no broken text and stays within max_tokens', async () => {
    const { choices, usage } = await ask('[[answer: 𓀀𓀁𓀂𓀃]]', { max_tokens: 2 });
    expect(choices[0]!.message.content).not.toContain('\uFFFD');
    expect(usage!.completion_tokens).toBe(2);
  });

  test('stop ends the text before the stop word', async () => {
    const { choices } = await ask('[[answer: one two three]]', { stop: [' three', ' two'] });
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'one' } });
  });

  test('JSON mode answers with an object', async () => {
    const { choices } = await ask('as json please', { response_format: { type: 'json_object' } });
    expect(JSON.parse(choices[0]!.message.content!)).toMatchObject({ echo: 'as json please' });
  });

  test('a JSON schema is satisfied, nested parts, bounds and references included', async () => {
    const schema = {
      type: 'object',
      properties: {
        echo: { type: 'string', maxLength: 5 },
        verdict: { enum: ['good', 'bad'] },
        score: { type: 'integer', minimum: 1, maximum: 10 },
        people: { type: 'array', minItems: 2, items: { $ref: '#/$defs/person' } },
        note: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      },
      required: ['echo', 'verdict', 'score', 'people', 'note'],
      additionalProperties: false,
      $defs: {
        person: {
          type: 'object',
          properties: {
            name: { type: 'string', minLength: 3 },
            friend: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/person' }] },
          },
          required: ['name', 'friend'],
        },
      },
    };
    const { choices } = await ask('hello there', {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    });
    const answer: unknown = JSON.parse(choices[0]!.message.content!);
    expect(answer).toMatchObject({ echo: 'hello' });
    expect(new Ajv().validate(schema, answer)).toBe(true);
  });

  test('content may come in text parts', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'scripted-echo',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'part one, ' },
            { type: 'text', text: 'part two' },
          ],
        },
      ],
    });
    expect(choices[0]!.message.content).toContain('part one, part two');
  });
});

describe('tools', () => {
  const parameters = {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
    required: ['city', 'days'],
  };
  const tools: OpenAI.Chat.ChatCompletionTool[] = [{ type: 'function', function: { name: 'get_weather', parameters } }];

  test('a tool that the prompt mentions is called with arguments that fit its schema', async () => {
    const { choices } = await ask('please use get_weather', { tools });
    const [call] = choices[0]!.message.tool_calls!;
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    expect(
      new Ajv().validate(
        parameters,
        JSON.parse((call as OpenAI.Chat.ChatCompletionMessageFunctionToolCall).function.arguments),
      ),
    ).toBe(true);
  });

  test('the result of a tool ends in an answer that uses it', async () => {
    const first = await ask('please use get_weather', { tools });
    const [call] = first.choices[0]!.message.tool_calls!;
    const messages = [
      user('please use get_weather'),
      first.choices[0]!.message,
      { role: 'tool' as const, tool_call_id: call!.id, content: 'rain, 8 degrees' },
    ];
    const { choices } = await client.chat.completions.create({ model: 'scripted-echo', messages, tools });
    expect(choices[0]).toMatchObject({ finish_reason: 'stop' });
    expect(choices[0]!.message.content).toContain('rain, 8 degrees');
  });

  test('tool_choice decides: none forbids, required demands', async () => {
    expect((await ask('please use get_weather', { tools, tool_choice: 'none' })).choices[0]!.finish_reason).toBe(
      'stop',
    );
    expect((await ask('nothing of that kind', { tools })).choices[0]!.finish_reason).toBe('stop');
    expect((await ask('nothing of that kind', { tools, tool_choice: 'required' })).choices[0]!.finish_reason).toBe(
      'tool_calls',
    );
  });

  test('a directive calls a tool that was never offered', async () => {
    const { choices } = await ask('[[call: delete_everything {"sure": true}]]', { tools });
    expect(choices[0]!.message.tool_calls![0]).toMatchObject({
      function: { name: 'delete_everything', arguments: '{"sure": true}' },
    });
  });

  test('directives say which tools it calls in which answer, and what it makes of their results', async () => {
    const script = '[[call: a {"n": 1}]] [[call: b]] [[then: c]] [[answer: $1, $2 and $3]]';
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: script }];
    const called: string[][] = [];
    for (let count = 0; ;) {
      const { choices } = await client.chat.completions.create({ model: 'scripted-echo', messages, tools });
      const { message } = choices[0]!;
      if (message.tool_calls === undefined) {
        expect(message.content).toBe('result 1, result 2 and result 3');
        break;
      }
      called.push(message.tool_calls.map((call) => (call.type === 'function' ? call.function.name : '')));
      messages.push(message);
      for (const { id } of message.tool_calls)
        messages.push({ role: 'tool', tool_call_id: id, content: `result ${(count += 1)}` });
    }
    expect(called).toEqual([['a', 'b'], ['c']]);
  });

  test('calls end at the limit of tokens as texts do', async () => {
    const { choices, usage } = await ask('[[call: a {}]] [[call: b {"long": "one two three four five six"}]]', {
      tools,
      max_tokens: 8,
    });
    expect(choices[0]!.finish_reason).toBe('length');
    expect(choices[0]!.message.tool_calls).toHaveLength(2);
    expect(usage!.completion_tokens).toBe(8);
  });
});

describe('models and errors', () => {
  test('the list names every model', async () => {
    expect((await client.models.list()).data.map((model) => model.id)).toEqual([
      'scripted-erp',
      'scripted-echo',
      'scripted-seller',
      'scripted-boutique',
    ]);
    expect(await client.models.retrieve('scripted-erp')).toMatchObject({ id: 'scripted-erp', object: 'model' });
  });

  test.each<[string, object, number, Partial<{ code: string; param: string }>]>([
    ['an unknown model', { model: 'gpt-nowhere' }, 404, { code: 'model_not_found' }],
    ['no messages', { messages: [] }, 400, { param: 'messages' }],
    ['an unknown role', { messages: [{ role: 'robot', content: 'x' }] }, 400, { param: 'messages[0].role' }],
    ['an unknown argument', { temprature: 1 }, 400, { param: 'temprature', code: 'unknown_parameter' }],
    ['a limit of zero', { max_tokens: 0 }, 400, { param: 'max_tokens' }],
    ['both limits', { max_tokens: 5, max_completion_tokens: 5 }, 400, { param: 'max_tokens' }],
    ['too warm', { temperature: 2.5 }, 400, { param: 'temperature' }],
    ['two choices', { n: 2 }, 400, { param: 'n' }],
    ['JSON mode that no message speaks of', { response_format: { type: 'json_object' } }, 400, { param: 'messages' }],
    [
      'a schema that refers to nothing',
      { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { $ref: '#/nowhere' } } } },
      400,
      { code: 'invalid_json_schema' },
    ],
    [
      'a schema without end',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'a', schema: { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] } },
        },
      },
      400,
      { code: 'invalid_json_schema' },
    ],
  ])('%s is refused with the right status, code and parameter', async (_, body, status, expected) => {
    const call = client.chat.completions.create({ model: 'scripted-echo', messages: [user('hi')], ...body });
    await expect(call).rejects.toMatchObject({
      status,
      ...expected,
      requestID: expect.stringMatching(/^req_/) as string,
    });
  });

  test('a prompt beyond the context is refused', async () => {
    const call = client.chat.completions.create({ model: 'scripted-erp', messages: [user('token '.repeat(130_000))] });
    await expect(call).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
  });

  test('a body that is no JSON gets 400, one above the limit 413, an unknown path 404', async () => {
    const post = (body: string) => fetch(`${server.url}/chat/completions`, { method: 'POST', body });
    expect((await post('{"model":')).status).toBe(400);
    expect((await post('x'.repeat(5 * 1024 * 1024))).status).toBe(413);
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
  });
});
