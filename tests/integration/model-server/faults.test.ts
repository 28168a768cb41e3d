import OpenAI, { APIError } from 'openai';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { clientOf, user } from './clients';
import { until } from '../../support/until';

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  client = clientOf(server);
});
afterAll(() => server.stop());

let calls = 0;
/** One call with a fault demanded by header and a key of its own, so that its lines are found in the book. */
function strike(
  fault: string,
  more: Partial<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming> = {},
  options: OpenAI.RequestOptions = {},
) {
  const key = `run/agent-${++calls}/0#1`;
  const body = {
    model: 'scripted-echo',
    messages: [user('hello, answer as json')],
    metadata: { attempt_key: key },
    ...more,
  };
  return { key, answer: client.chat.completions.create(body, { ...options, headers: { 'x-longhaul-fault': fault } }) };
}

async function streamed(fault: string, options: OpenAI.RequestOptions = {}) {
  const key = `run/agent-${++calls}/0#1`;
  const body = {
    model: 'scripted-echo',
    messages: [user('hello, this one is streamed in pieces')],
    metadata: { attempt_key: key },
    stream: true as const,
    stream_options: { include_usage: true },
  };
  const chunks: OpenAI.Chat.ChatCompletionChunk[] = [];
  try {
    const events = await client.chat.completions.create(body, { ...options, headers: { 'x-longhaul-fault': fault } });
    for await (const chunk of events) chunks.push(chunk);
    return { key, chunks, error: null };
  } catch (error) {
    return { key, chunks, error: error as Error };
  }
}

const linesOf = async (key: string) => (await server.readLog()).filter((line) => line.attemptKey === key);
const ended = (key: string) =>
  until(
    () => linesOf(key),
    (lines) => lines.length === 2,
  );
const failure = (call: { answer: Promise<unknown> }) =>
  call.answer.then(
    () => Promise.reject(new Error('it answered')),
    (error: unknown) => error as APIError,
  );

describe('rejections: an error status, no billing line', () => {
  test.each<[string, number, string | null]>([
    ['429', 429, 'rate_limit_exceeded'],
    ['spend-cap', 429, 'insufficient_quota'],
    ['400', 400, 'invalid_value'],
    ['401', 401, 'invalid_api_key'],
    ['403', 403, 'model_not_found'],
    ['404', 404, 'model_not_found'],
    ['413', 413, 'request_too_large'],
    ['500', 500, null],
    ['503', 503, null],
  ])('%s', async (fault, status, code) => {
    const call = strike(fault);
    expect(await failure(call)).toMatchObject({ status, code });
    const [line, ...more] = await until(
      () => linesOf(call.key),
      (lines) => lines.length > 0,
    );
    expect(line).toMatchObject({ kind: 'rejected', status, code, fault });
    expect(more).toEqual([]);
  });

  test('429 says how long to wait in each of the ways providers do, or not at all', async () => {
    const headersOf = async (fault: string) =>
      Object.fromEntries((await failure(strike(fault))).headers as Headers) as Record<string, string>;
    expect(await headersOf('429:retry-after=7')).toMatchObject({ 'retry-after': '7' });
    expect(await headersOf('429:retry-after-ms=250')).toMatchObject({ 'retry-after-ms': '250' });
    const date = Date.parse((await headersOf('429:retry-after-date=60'))['retry-after']!);
    expect(Math.abs(date - Date.now() - 60_000)).toBeLessThan(15_000);
    expect(Object.keys(await headersOf('429')).filter((name) => name.startsWith('retry-after'))).toEqual([]);
  });

  test('lost: the connection breaks and the book knows of nothing', async () => {
    const call = strike('lost');
    expect((await failure(call)).constructor).toBe(OpenAI.APIConnectionError);
    expect(await linesOf(call.key)).toEqual([]);
  });
});

describe('useless answers: complete and billed', () => {
  test('bad-json', async () => {
    const call = strike('bad-json', { response_format: { type: 'json_object' } });
    const { choices } = await call.answer;
    expect(choices[0]!.finish_reason).toBe('stop');
    expect(() => JSON.parse(choices[0]!.message.content!) as unknown).toThrow(SyntaxError);
    expect(await ended(call.key)).toMatchObject([{ kind: 'accepted', fault: 'bad-json' }, { kind: 'completed' }]);
  });

  test('wrong-schema', async () => {
    const call = strike('wrong-schema', { response_format: { type: 'json_object' } });
    expect(JSON.parse((await call.answer).choices[0]!.message.content!)).toEqual({ unexpected: ['shape'] });
  });

  test('refusal, content-filter, empty', async () => {
    expect((await strike('refusal').answer).choices[0]!.message).toMatchObject({
      content: null,
      refusal: expect.stringContaining("can't help") as string,
    });
    expect((await strike('content-filter').answer).choices[0]!.finish_reason).toBe('content_filter');
    expect((await strike('empty').answer).choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: '' },
    });
  });

  test('a fault never makes an answer longer than max_tokens', async () => {
    const { usage, choices } = await strike('refusal', { max_tokens: 2 }).answer;
    expect(usage!.completion_tokens).toBe(2);
    expect(choices[0]!.finish_reason).toBe('length');
  });

  test('usage: what is reported is what is booked', async () => {
    const call = strike('usage:input=1000,output=9999');
    expect((await call.answer).usage).toMatchObject({
      prompt_tokens: 1000,
      completion_tokens: 9999,
      total_tokens: 10_999,
    });
    expect((await ended(call.key))[0]).toMatchObject({ kind: 'accepted', inputTokens: 1000, outputTokens: 9999 });
  });
});

describe('answers that do not arrive whole: billed in full', () => {
  const billedAndCut = async (key: string) =>
    expect(await ended(key)).toMatchObject([
      { kind: 'accepted', outputTokens: expect.any(Number) as number },
      { kind: 'cut' },
    ]);

  test.each(['hang', 'no-reply', 'slow-headers:ms=60000'])('%s: no headers within the deadline', async (fault) => {
    const call = strike(fault, {}, { timeout: 300 });
    expect(await failure(call)).toBeInstanceOf(OpenAI.APIConnectionError);
    await billedAndCut(call.key);
  });

  test('slow-headers: late, and then all is well', async () => {
    const startedMs = performance.now();
    const call = strike('slow-headers:ms=200');
    await call.answer;
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(190);
    expect((await ended(call.key))[1]).toMatchObject({ kind: 'completed' });
  });

  test('drip: the stream begins, then bytes come without content until the client gives up', async () => {
    const { key, chunks } = await streamed('drip:ms=20', { signal: AbortSignal.timeout(500) });
    expect(chunks).toHaveLength(1);
    await billedAndCut(key);
    const [, end] = await linesOf(key);
    expect(end).toMatchObject({ bytesSent: expect.any(Number) as number });
    expect((end as { bytesSent: number }).bytesSent).toBeGreaterThan(5 * ': keep-alive\n\n'.length);
  });

  test('cut: some of the stream comes, never the end', async () => {
    const { key, chunks, error } = await streamed('cut:at=0.4');
    expect(error).not.toBeNull();
    expect(chunks.length).toBeGreaterThan(0);
    expect(chunks.some((chunk) => chunk.choices[0]?.finish_reason)).toBe(false);
    await billedAndCut(key);
  });

  test('cut of an unstreamed answer', async () => {
    const call = strike('cut');
    expect((await failure(call)).message).toMatch(/terminated|Premature|Connection|closed/i);
    await billedAndCut(call.key);
  });

  test('error-event: status 200, then an error inside', async () => {
    const { error, chunks } = await streamed('error-event');
    expect(chunks.length).toBeGreaterThan(0);
    expect(error).toBeInstanceOf(APIError);
    expect((error as APIError).code).toBe('server_error');
  });

  test('no-usage: the stream ends in order but without usage and terminator', async () => {
    const { error, chunks } = await streamed('no-usage');
    expect(error).toBeNull();
    expect(chunks.some((chunk) => chunk.usage ?? chunk.choices[0]?.finish_reason)).toBe(false);
    expect((await strike('no-usage').answer).usage).toBeUndefined();
  });

  test('bad-body: status 200 and no JSON', async () => {
    const call = strike('bad-body');
    await expect(call.answer).rejects.toMatchObject({ name: 'SyntaxError' });
    expect((await ended(call.key))[0]).toMatchObject({ kind: 'accepted', fault: 'bad-body' });
  });
});

describe('rules', () => {
  afterEach(() => server.setFaults());
  const statusOf = (agent: string, model = 'scripted-echo') =>
    client.chat.completions
      .create({ model, messages: [user('hello')] }, { headers: { 'x-longhaul-attempt': `run/${agent}/0#1` } })
      .then(
        () => 200,
        (error: APIError) => error.status,
      );

  async function statuses(count: number, agent = 'a'): Promise<Array<number | undefined>> {
    const found = [];
    for (let index = 0; index < count; index++) found.push(await statusOf(agent));
    return found;
  }

  test('every, skip and times count the matching requests', async () => {
    await server.setFaults('500:every=3,skip=1,times=2');
    expect(await statuses(10)).toEqual([200, 200, 200, 500, 200, 200, 500, 200, 200, 200]);
    expect((await server.state()).faults).toEqual([{ spec: '500:every=3,skip=1,times=2', matched: 10, fired: 2 }]);
  });

  test('agent and model choose whom a rule strikes; an agent rule also meets names that begin so', async () => {
    await server.setFaults('503:agent=stock_analyzer', '400:model=scripted-erp');
    expect(await statusOf('stock_analyzer')).toBe(503);
    expect(await statusOf('stock_analyzer_north')).toBe(503);
    expect(await statusOf('resume_parser')).toBe(200);
    expect(await statusOf('resume_parser', 'scripted-erp')).toBe(400);
  });

  test('an agent is also known by its prompt', async () => {
    await server.setFaults('503:agent=stock_analyzer');
    const call = client.chat.completions.create({
      model: 'scripted-erp',
      messages: [user('Agent: stock_analyzer\nGo.')],
    });
    await expect(call).rejects.toMatchObject({ status: 503 });
  });

  test('rate is drawn from the seed: some are struck, and the same ones again', async () => {
    await server.setFaults('500:rate=0.3');
    const once = await statuses(40);
    await server.setFaults('500:rate=0.3');
    expect(await statuses(40)).toEqual(once);
    expect(once.filter((status) => status === 500).length).toBeGreaterThan(3);
    expect(once.filter((status) => status === 200).length).toBeGreaterThan(15);
  });

  test('a rule that cannot be read is refused and changes nothing', async () => {
    await server.setFaults('500:times=1');
    await expect(server.setFaults('cut:where=here')).rejects.toThrow(/400.*unknown key.*where/);
    await expect(server.setFaults('explode')).rejects.toThrow(/400.*expected one of/);
    expect(await statuses(2)).toEqual([500, 200]);
  });
});
