import OpenAI, { APIError } from 'openai';
import { getBudgets } from '../../src/adapters/postgres';
import type { AcceptedLine } from '../../src/model-server/book';
import { liveTextWriter } from '../../src/adapters/redis/live-text';
import { connectTemporalLazily, type TemporalClient, temporalVersion } from '../../src/adapters/temporal';
import { TOKEN } from '../support/api';
import { type DeafProxy, startDeafProxy } from '../support/deaf-proxy';
import { type Program, startProgram } from '../support/programs';
import { until } from '../support/until';
import { startWorkingApi, type WorkingApi } from '../support/working-api';

jest.setTimeout(120_000);

/** Package openai, pointed at the API, against a worker and the scripted model server. */
let under: WorkingApi;
let client: OpenAI;
beforeAll(async () => {
  under = await startWorkingApi();
  client = new OpenAI({ baseURL: `${under.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
});
afterAll(() => under.close());
afterEach(async () => {
  await under.modelServer.setFaults();
  await under.modelServer.release();
});

type Extra = Record<string, unknown>;
type Asked = OpenAI.Chat.ChatCompletion & {
  longhaul: { callKey: string; costMicroUsd: number; source: string };
};

const say = (text: string) => [{ role: 'user' as const, content: text }];
const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const ask = (text: string, more: Extra = {}, options?: OpenAI.RequestOptions) =>
  client.chat.completions.create(
    { model: 'scripted-echo', messages: say(text), ...more },
    options,
  ) as unknown as Promise<Asked>;
const acceptedOf = async (callKey: string): Promise<AcceptedLine[]> =>
  (await under.modelServer.readAccepted()).filter(({ attemptKey }) => attemptKey?.startsWith(`${callKey}#`));
const failing = async (asked: Promise<unknown>): Promise<APIError> => {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(APIError);
  return error as APIError;
};

describe('an answer', () => {
  it('comes in the form that the package knows, and is in the books', async () => {
    const answer = await ask('[[answer: hello]]', { max_tokens: 20, user: 'u1', metadata: { a: 'b' } });
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'scripted-echo',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hello', refusal: null }, finish_reason: 'stop' }],
    });
    const { callKey, costMicroUsd, source } = answer.longhaul;
    expect(source).toBe('paid');
    const [line, ...others] = await acceptedOf(callKey);
    expect(others).toEqual([]);
    expect(answer.usage).toMatchObject({
      prompt_tokens: line!.inputTokens,
      completion_tokens: line!.outputTokens,
      total_tokens: line!.inputTokens + line!.outputTokens,
    });
    expect(costMicroUsd).toBeGreaterThan(0);
    const [budget] = await getBudgets(under.deps.pool, 'default', ['key:default/default']);
    expect(budget!.settledMicroUsd).toBeGreaterThanOrEqual(costMicroUsd);
  });

  it('says in its headers what it cost and under which key it lies', async () => {
    const body = { model: 'scripted-echo', messages: say('[[answer: x]]') };
    const { data, response } = await client.chat.completions.create(body).withResponse();
    const { callKey, costMicroUsd } = (data as Asked).longhaul;
    expect(response.headers.get('x-longhaul-call-key')).toBe(callKey);
    expect(response.headers.get('x-longhaul-cost-micro-usd')).toBe(String(costMicroUsd));
    expect(response.headers.get('x-longhaul-source')).toBe('paid');
  });

  it('may be asked for in parts, with a stop, a seed and a limit, by whoever sends neutral fields', async () => {
    const answer = await ask('', {
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: '[[answer: one, ' },
            { type: 'text', text: 'two STOP three]]' },
          ],
        },
      ],
      ...{ stop: ['STOP'], seed: 7, temperature: 0, top_p: 1, max_completion_tokens: 50, n: 1, stream: false },
      ...{ frequency_penalty: 0, presence_penalty: 0, logprobs: null, response_format: { type: 'text' } },
    });
    expect(answer.choices[0]!.message.content).toBe('one, two ');
  });

  it('fits a schema', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const answer = await ask('Name a city as JSON.', {
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
    });
    expect(JSON.parse(answer.choices[0]!.message.content!)).toMatchObject({ city: expect.any(String) as string });
  });

  it('asks for tools and is told their results, as the package passes messages on', async () => {
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];
    const question = '[[call: weather {"city":"Oslo"}]] [[answer: It is $1.]]';
    const first = await ask(question, { tools, tool_choice: 'auto' });
    const { message, finish_reason: reason } = first.choices[0]!;
    expect(reason).toBe('tool_calls');
    expect(message).toMatchObject({
      content: null,
      tool_calls: [{ type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
    });
    const messages = [
      ...say(question),
      message,
      { role: 'tool', tool_call_id: message.tool_calls![0]!.id, content: 'warm' },
    ];
    const second = await ask('', { messages, tools });
    expect(second.choices[0]).toMatchObject({ message: { content: 'It is warm.' }, finish_reason: 'stop' });
  });

  it('comes to fifty at once, each paid once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(`[[answer: number ${index}]]`)));
    expect(answers.map(({ choices }) => choices[0]!.message.content)).toEqual(
      answers.map((_, index) => `number ${index}`),
    );
    const lines = await Promise.all(answers.map(({ longhaul }) => acceptedOf(longhaul.callKey)));
    expect(lines.map(({ length }) => length)).toEqual(answers.map(() => 1));
  });
});

test('the same question twice at once is two samples, each paid, unless a key says otherwise', async () => {
  await under.modelServer.hold();
  const asked = Array.from({ length: 4 }, () => ask('[[answer: a sample]]'));
  await under.modelServer.until(({ held }) => held === 4);
  await under.modelServer.release();
  const answers = await Promise.all(asked);
  const lines = await Promise.all(answers.map(({ longhaul }) => acceptedOf(longhaul.callKey)));
  expect(lines.map(({ length }) => length)).toEqual([1, 1, 1, 1]);
});

describe('a stream', () => {
  const stream = (text: string, more: Extra = {}, options?: OpenAI.RequestOptions, by = client) =>
    by.chat.completions.create(
      { model: 'scripted-echo', messages: say(text), stream: true, ...more },
      options,
    ) as unknown as Promise<AsyncIterable<OpenAI.Chat.ChatCompletionChunk>>;
  const textOf = (chunks: OpenAI.Chat.ChatCompletionChunk[]) =>
    chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
  const all = async (chunks: AsyncIterable<OpenAI.Chat.ChatCompletionChunk>) => {
    const seen: OpenAI.Chat.ChatCompletionChunk[] = [];
    for await (const chunk of chunks) seen.push(chunk);
    return seen;
  };

  it('shows the answer while the model still writes, and ends with reason, cost and usage', async () => {
    const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const seen: OpenAI.Chat.ChatCompletionChunk[] = [];
    let inFlight = 0;
    const options = { stream_options: { include_usage: true }, max_tokens: 500 };
    for await (const chunk of await stream(`[[answer: ${text}]] [[delay: 3000]]`, options)) {
      if (seen.length === 0) inFlight = (await under.modelServer.state()).inFlight;
      seen.push(chunk);
    }
    expect(inFlight).toBe(1);
    expect(textOf(seen)).toBe(text);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen[0]!.choices[0]!.delta.role).toBe('assistant');
    expect(seen.at(-2)).toMatchObject({ choices: [{ finish_reason: 'stop' }], longhaul: { source: 'paid' } });
    expect(seen.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) as number } });
  });

  it('brings tools at its end', async () => {
    const tools = [{ type: 'function', function: { name: 'weather' } }];
    const seen = await all(await stream('[[call: weather {"city":"Oslo"}]]', { tools }));
    const calls = seen.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(calls).toMatchObject([{ index: 0, function: { name: 'weather', arguments: '{"city":"Oslo"}' } }]);
    expect(seen.at(-1)!.choices[0]!.finish_reason).toBe('tool_calls');
  });

  it('is whole without Redis, in one piece', async () => {
    const deaf = await under.variant((deps) => ({ ...deps, redis: null }));
    const by = new OpenAI({ baseURL: `${deaf.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
    expect(textOf(await all(await stream('[[answer: all of it]]', {}, {}, by)))).toBe('all of it');
  });

  it('goes on after an attempt that broke off, without saying anything twice', async () => {
    const text = Array.from({ length: 40 }, (_, index) => `again${index}`).join(' ');
    await under.modelServer.setFaults('cut:at=0.5,times=1');
    const seen = await all(await stream(`[[answer: ${text}]] [[delay: 1500]]`, { max_tokens: 500 }));
    expect(textOf(seen)).toBe(text);
    expect((await under.modelServer.state()).faults).toMatchObject([{ fired: 1 }]);
  });

  it('ends with an error when the answer that counts begins otherwise, and the key gives that answer', async () => {
    await under.modelServer.hold();
    const body = ['[[answer: the real one]]', {}, keyed('replaced')] as const;
    const seen = all(await begun());
    const { error } = (await failing(seen)) as { error: unknown };
    expect(error).toMatchObject({ code: 'AnswerReplaced' });
    expect((await ask(...body)).choices[0]!.message.content).toBe('the real one');

    async function begun() {
      const asked = stream(...body);
      await under.modelServer.until(({ held }) => held === 1);
      const { rows } = await under.deps.pool.query<{ key: string }>(
        'SELECT call_key AS key FROM completion ORDER BY created_at DESC LIMIT 1',
      );
      const writer = liveTextWriter(under.deps.redis!, 'default', rows[0]!.key, (problem) => {
        throw problem;
      });
      writer.push({ n: 1, offset: 0, text: 'something else altogether' });
      await writer.close();
      const chunks = await asked;
      await under.modelServer.release();
      return chunks;
    }
  });
});

describe('a key', () => {
  it('gives the stored answer again, and is paid once', async () => {
    const first = await ask('[[answer: once]]', {}, keyed('once'));
    const again = await ask('[[answer: once]]', {}, keyed('once'));
    expect(again).toEqual({ ...first, longhaul: { ...first.longhaul, source: 'stored' } });
    expect(await acceptedOf(first.longhaul.callKey)).toHaveLength(1);
  });

  it('is refused for another question', async () => {
    await ask('[[answer: a]]', {}, keyed('taken'));
    const error = await failing(ask('[[answer: b]]', {}, keyed('taken')));
    expect(error).toMatchObject({ status: 422, code: 'IdempotencyKeyReused' });
  });

  it('brings all that ask at once to one call', async () => {
    await under.modelServer.hold();
    const asked = Array.from({ length: 10 }, () => ask('[[answer: shared]]', {}, keyed('shared')));
    await under.modelServer.until(({ held }) => held === 1);
    await under.modelServer.release();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ longhaul }) => longhaul.source === 'paid').length).toBeLessThanOrEqual(1);
    expect(await acceptedOf(answers[0]!.longhaul.callKey)).toHaveLength(1);
  });

  it('finds the call that a client has left, which went on', async () => {
    await under.modelServer.hold();
    const controller = new AbortController();
    const left = ask('[[answer: patience]]', {}, { ...keyed('left'), signal: controller.signal });
    await under.modelServer.until(({ held }) => held === 1);
    controller.abort();
    await expect(left).rejects.toThrow();
    await under.modelServer.release();
    const answer = await ask('[[answer: patience]]', {}, keyed('left'));
    expect(answer.choices[0]!.message.content).toBe('patience');
    expect(await acceptedOf(answer.longhaul.callKey)).toHaveLength(1);
  });
});

describe('errors', () => {
  it.each<[string, Extra, number, string | null, string]>([
    ['an unknown field', { colour: 'red' }, 400, 'colour', 'InvalidRequest'],
    ['two choices', { n: 2 }, 400, 'n', 'InvalidRequest'],
    ['a forced tool', { tool_choice: 'required' }, 400, 'tool_choice', 'InvalidRequest'],
    ['both limits', { max_tokens: 1, max_completion_tokens: 1 }, 400, 'max_tokens', 'InvalidRequest'],
    ['no messages', { messages: [] }, 400, 'messages', 'InvalidRequest'],
    [
      'an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      400,
      'messages[0].content',
      'InvalidRequest',
    ],
    ['an unknown role', { messages: [{ role: 'function', content: 'x' }] }, 400, 'messages[0].role', 'InvalidRequest'],
    ['NUL in a prompt', { messages: say('a\0b') }, 400, 'messages[0].content', 'InvalidRequest'],
    ['a model that nobody has', { model: 'gpt-4o' }, 404, null, 'model_not_found'],
    ['a budget below the worst case', { longhaul: { budgetMicroUsd: 1 } }, 402, null, 'insufficient_quota'],
  ])('%s is refused in the form of OpenAI', async (_, more, status, param, code) => {
    const error = await failing(ask('hello', more));
    expect(error).toMatchObject({ status, param, code });
    expect(error.headers!.get('x-should-retry')).toBe('false');
    expect(error.message).not.toMatch(/\{\w+\}/);
  });

  it('another token, another path, no JSON: the same form', async () => {
    const stranger = new OpenAI({ baseURL: `${under.url}/v1`, apiKey: 'sk-wrong-token-000000', maxRetries: 0 });
    const body = { model: 'scripted-echo', messages: say('x') };
    expect(await failing(stranger.chat.completions.create(body))).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    expect(await failing(client.embeddings.create({ model: 'm', input: 'x' }))).toMatchObject({
      status: 404,
      code: 'NotFound',
    });
    const { body: malformed } = await under.api.post('/v1/chat/completions').type('json').send('{').expect(400);
    expect(malformed.error).toMatchObject({ type: 'invalid_request_error', code: 'MalformedBody' });
  });

  it('of a provider are tried again, then told; the same key tries anew', async () => {
    await under.modelServer.setFaults('500:times=2');
    expect((await ask('[[answer: third time]]')).choices[0]!.message.content).toBe('third time');
    await under.modelServer.setFaults('500:times=3');
    const error = await failing(ask('[[answer: fourth time]]', {}, keyed('fourth')));
    expect(error).toMatchObject({ status: 502, code: 'CallFailed', type: 'server_error' });
    expect((await ask('[[answer: fourth time]]', {}, keyed('fourth'))).choices[0]!.message.content).toBe('fourth time');
    await under.modelServer.setFaults('400:times=1');
    expect(await failing(ask('[[answer: never]]'))).toMatchObject({ status: 502, code: 'ModelRefused' });
  });

  it('reach the reader of a stream as a status while nothing was shown', async () => {
    await under.modelServer.setFaults('400:times=1');
    const error = await failing(ask('[[answer: x]]', { stream: true }));
    expect(error).toMatchObject({ status: 502, code: 'ModelRefused' });
  });

  it('a budget of the key that is used up refuses, one whose room others hold waits no longer than asked', async () => {
    const [budget] = await getBudgets(under.deps.pool, 'default', ['key:default/default']);
    const { settledMicroUsd, unknownMicroUsd } = budget!;
    const poor = await under.variant((deps) => ({
      ...deps,
      settings: {
        ...deps.settings,
        api: { ...deps.settings.api, completionsBudgetUsd: (settledMicroUsd + unknownMicroUsd + 3_000) / 1e6 },
      },
    }));
    const by = new OpenAI({ baseURL: `${poor.url}/v1`, apiKey: TOKEN, maxRetries: 0 });
    const asks = (max_tokens: number, more: Extra = {}) =>
      by.chat.completions.create({ model: 'scripted-echo', messages: say('[[answer: ok]]'), max_tokens, ...more });
    expect(await failing(asks(10_000))).toMatchObject({ status: 402, code: 'insufficient_quota' });
    await under.modelServer.hold();
    const holder = asks(1_000);
    await under.modelServer.until(({ held }) => held === 1);
    const late = await failing(asks(1_001, { longhaul: { maxWaitMs: 1 } }));
    expect(late).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(late.headers!.get('retry-after')).toBe('1');
    await under.modelServer.release();
    expect((await holder).choices[0]!.message.content).toBe('ok');
  });
});

describe('a start that Temporal took without being heard', () => {
  let proxy: DeafProxy;
  let temporal: TemporalClient;
  let by: OpenAI;
  beforeAll(async () => {
    const { settings } = under.deps;
    proxy = await startDeafProxy(settings.temporal.address);
    temporal = connectTemporalLazily({ ...settings.temporal, address: proxy.address });
    await temporalVersion(temporal.client); // connected: what is held below is the start, not the handshake
    const { url } = await under.variant((deps) => ({ ...deps, temporal }));
    by = new OpenAI({ baseURL: `${url}/v1`, apiKey: TOKEN, maxRetries: 2 });
  });
  afterAll(async () => {
    await temporal.close();
    await proxy.stop();
  });
  beforeEach(() => proxy.holdReplies());
  afterEach(() => proxy.letThrough());
  const asks = (text: string, longhaul: Extra, options?: OpenAI.RequestOptions) =>
    by.chat.completions.create(
      { model: 'scripted-echo', messages: say(`[[answer: ${text}]]`), longhaul } as never,
      options,
    ) as unknown as Promise<Asked>;
  const callsNow = async () =>
    (await under.deps.pool.query<{ key: string }>('SELECT call_key AS key FROM completion')).rows.map(({ key }) => key);

  it('is repeated under the same id, and its answer arrives', async () => {
    const before = await callsNow();
    const asked = asks('heard at last', {});
    await until(callsNow, (keys) => keys.length > before.length);
    const since = performance.now();
    await until(
      () => performance.now() - since,
      (ms) => ms > 7_000, // beyond the deadline of one start
    );
    proxy.letThrough();
    const { choices, longhaul } = await asked;
    expect(choices[0]!.message.content).toBe('heard at last');
    expect(await acceptedOf(longhaul.callKey)).toHaveLength(1);
    expect(await callsNow()).toHaveLength(before.length + 1);
  });

  it('is not asked for again by a client without a key, which would pay twice', async () => {
    const before = await callsNow();
    const error = await failing(asks('never heard', { maxWaitMs: 1 }));
    expect(error.status).toBe(503);
    expect(error.headers!.get('x-should-retry')).toBe('false');
    expect(error.headers!.has('retry-after')).toBe(false);
    const added = (await callsNow()).filter((key) => !before.includes(key));
    expect(added).toEqual([error.headers!.get('x-longhaul-call-key')]);
    await until(
      () => acceptedOf(added[0]!),
      (lines) => lines.length === 1,
    );
  });

  it('is worth repeating with a key', async () => {
    const error = await failing(asks('keyed', { maxWaitMs: 1 }, { ...keyed('unheard'), maxRetries: 0 }));
    expect(error.status).toBe(503);
    expect(error.headers!.get('x-should-retry')).toBe('true');
  });
});

test('Temporal is told names, numbers and references: no text, no token', async () => {
  const answer = await ask('[[answer: canary-answer-77]] canary-question-77', {}, keyed('canary-key-77'));
  const { workflowService, options } = under.deps.temporal!.client;
  const description = await workflowService.describeActivityExecution({
    ...{ namespace: options.namespace, activityId: answer.longhaul.callKey },
    ...{ includeInput: true, includeOutcome: true, includeHeartbeatDetails: true, includeLastFailure: true },
  });
  const told = JSON.stringify(description);
  const decoded = [...told.matchAll(/"data":"([\w+/=]+)"/g)].map(([, data]) => Buffer.from(data!, 'base64').toString());
  expect(decoded.join()).toContain(answer.longhaul.callKey);
  for (const secret of ['canary', TOKEN]) expect(`${told} ${decoded.join()}`).not.toContain(secret);
});

test('the models of the installation are listed', async () => {
  const { data } = await client.models.list();
  expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['scripted-echo', 'scripted-erp']));
});

test('an llm worker that is killed in the middle costs one unknown attempt, and the call is asked again', async () => {
  await under.modelServer.hold();
  const asked = ask('[[answer: survived]]', {}, keyed('killed-worker'));
  await under.modelServer.until(({ held }) => held === 1);
  await under.worker.stop('SIGKILL');
  await under.modelServer.release();
  under.worker = await startProgram('worker/main.js', ['--role', 'all'], under.env);
  const answer = await asked;
  expect(answer.choices[0]!.message.content).toBe('survived');
  const { rows } = await under.deps.pool.query(
    'SELECT n, state, failure_class AS why FROM attempt WHERE call_key = $1 ORDER BY n',
    [answer.longhaul.callKey],
  );
  expect(rows).toEqual([
    { n: 1, state: 'unknown', why: 'lost' },
    { n: 2, state: 'settled', why: null },
  ]);
  expect(await acceptedOf(answer.longhaul.callKey)).toHaveLength(2);
});

test('an API that is killed in the middle loses nothing: the key finds the call, which is paid once', async () => {
  const env = { ...under.env, LONGHAUL_API_TOKEN: TOKEN, LONGHAUL_API_PORT: '0' };
  const clientOf = ({ ready }: Program) =>
    new OpenAI({ baseURL: `${String(ready['url'])}/v1`, apiKey: TOKEN, maxRetries: 0 });
  const body = { model: 'scripted-echo', messages: say('[[answer: still here]]') };
  await under.modelServer.hold();
  const first = await startProgram('api/main.js', [], env);
  const lost = clientOf(first).chat.completions.create(body, keyed('killed-api'));
  await under.modelServer.until(({ held }) => held === 1);
  await first.stop('SIGKILL');
  await expect(lost).rejects.toThrow(/Connection error/);
  const second = await startProgram('api/main.js', [], env);
  const asked = clientOf(second).chat.completions.create(body, keyed('killed-api')) as unknown as Promise<Asked>;
  await under.modelServer.release();
  const answer = await asked.finally(() => second.stop());
  expect(answer.choices[0]!.message.content).toBe('still here');
  expect(['attached', 'stored']).toContain(answer.longhaul.source); // as the release comes before or after it
  expect(await acceptedOf(answer.longhaul.callKey)).toHaveLength(1);
});
