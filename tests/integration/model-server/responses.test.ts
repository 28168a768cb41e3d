import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { until } from '../../support/until';
import { clientOf, user } from './clients';

type Event = OpenAI.Responses.ResponseStreamEvent;

const folder = mkdtempSync(join(tmpdir(), 'longhaul-responses-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer({ logFile: join(folder, 'book.jsonl') });
  client = clientOf(server);
});
afterAll(() => server.stop());
afterEach(async () => {
  await server.release();
  await server.setFaults();
});

const echo = (input: string) => ({ model: 'scripted-echo', input });
const background = { background: true, stream: true } as const;

async function collect(stream: AsyncIterable<Event>, last: (event: Event) => boolean = () => false): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) {
    events.push(event);
    if (last(event)) break;
  }
  return events;
}

const idOf = (events: Event[]) => (events[0] as OpenAI.Responses.ResponseCreatedEvent).response.id;
const ended = (id: string, of = client) =>
  until(
    () => of.responses.retrieve(id),
    ({ status }) => status !== 'queued' && status !== 'in_progress',
  );

describe('answers', () => {
  test('are those of chat, and are billed alike', async () => {
    const question = 'Say [[tokens: 40]] words.';
    const chat = await client.chat.completions.create({ model: 'scripted-echo', messages: [user(question)], seed: 5 });
    const seeded = { ...echo(question), seed: 5 };
    const response = await client.responses.create(seeded);
    expect(response.output_text).toBe(chat.choices[0]!.message.content);
    expect(response.usage!.input_tokens).toBe(chat.usage!.prompt_tokens);
    expect(response.usage!.output_tokens).toBe(chat.usage!.completion_tokens);
    const [ofChat, ofResponse] = (await server.readAccepted()).slice(-2);
    expect(ofResponse).toMatchObject({ requestSha256: ofChat!.requestSha256, bytes: ofChat!.bytes });
  });

  test('with tools: calls, and the answer to what the tools said', async () => {
    const parameters = { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] };
    const tool = { type: 'function' as const, name: 'lookup', description: 'd', parameters, strict: false };
    const question = { role: 'user' as const, content: 'use lookup [[answer: it said $1]]' };
    const first = await client.responses.create({ model: 'scripted-echo', input: [question], tools: [tool] });
    const call = first.output[0] as OpenAI.Responses.ResponseFunctionToolCall;
    expect(call).toMatchObject({ type: 'function_call', name: 'lookup' });
    const output = { type: 'function_call_output' as const, call_id: call.call_id, output: 'ninety' };
    const { output_text: text } = await client.responses.create({
      model: 'scripted-echo',
      input: [question, call, output],
      tools: [tool],
    });
    expect(text).toBe('it said ninety');
  });

  test('follow a schema, and say when they were cut', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const text = { format: { type: 'json_schema' as const, name: 'answer', schema } };
    const { output_text: json } = await client.responses.create({ ...echo('count'), text });
    expect(JSON.parse(json)).toMatchObject({ n: expect.any(Number) as number });
    const cut = await client.responses.create({ ...echo('[[tokens: 90]]'), max_output_tokens: 20 });
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    expect(cut.usage!.output_tokens).toBe(20);
  });

  test.each([
    [{ ...echo('x'), max_output_tokens: 15 }, 'max_output_tokens'],
    [{ ...echo('x'), background: true, store: false }, 'store'],
    [{ ...echo('x'), stop: ['a'] }, 'stop'],
  ])('what OpenAI refuses is refused: %j', async (body, param) => {
    await expect(client.responses.create(body)).rejects.toMatchObject({ status: 400, param });
  });
});

describe('in the background', () => {
  test('the first event names the response; who comes back reads on where he was', async () => {
    await server.hold();
    const first = await collect(
      await client.responses.create({ ...echo('[[tokens: 60]]'), ...background }),
      () => true,
    );
    const id = idOf(first);
    expect(await client.responses.retrieve(id)).toMatchObject({ status: 'queued', usage: null });
    await server.release();
    await ended(id);
    const all = await collect(await client.responses.retrieve(id, { stream: true }));
    expect(all.map((event) => event.sequence_number)).toEqual(all.map((_, index) => index));
    expect(all.at(-1)!.type).toBe('response.completed');
    const rest = await collect(await client.responses.retrieve(id, { stream: true, starting_after: 3 }));
    expect(rest).toEqual(all.slice(4));
    const text = all.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join('');
    expect((await client.responses.retrieve(id)).output_text).toBe(text);
  });

  test('it is accepted once, whoever reads it how often', async () => {
    const metadata = { attempt_key: 'run/background/0#1' };
    const { id } = await client.responses.create({ ...echo('once'), background: true, metadata });
    await ended(id);
    await client.responses.retrieve(id);
    const lines = await until(
      async () => (await server.readLog()).filter(({ attemptKey }) => attemptKey === metadata.attempt_key),
      ({ length }) => length === 2,
    );
    expect(lines.map(({ kind }) => kind)).toEqual(['accepted', 'completed']);
  });

  test('cancelled: its streams end without an answer, and it stays cancelled; what it used is billed', async () => {
    await server.hold();
    const reading = client.responses.create({ ...echo('[[tokens: 60]]'), ...background });
    const events = (await reading)[Symbol.asyncIterator]();
    const { response } = (await events.next()).value as OpenAI.Responses.ResponseCreatedEvent;
    const cancelled = await client.responses.cancel(response.id);
    expect(cancelled).toMatchObject({ status: 'cancelled', usage: { output_tokens: 60 } });
    const rest: string[] = [];
    for (let next = await events.next(); !next.done; next = await events.next()) rest.push(next.value.type);
    expect(rest).toEqual(['response.queued']);
    await server.release();
    expect((await client.responses.cancel(response.id)).status).toBe('cancelled');
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('it outlives its server: %s', async (signal) => {
    const logFile = join(folder, `${signal}.jsonl`);
    const before = await startModelServer({ logFile, latency: 'fixed:1500' });
    const done = await clientOf(before).responses.create({ ...echo('[[answer: early]]'), background: true });
    expect((await ended(done.id, clientOf(before))).output_text).toBe('early');
    const open = await clientOf(before).responses.create({ ...echo('[[answer: late]]'), background: true });
    await before.stop(signal);
    const after = await startModelServer({ logFile });
    try {
      expect((await clientOf(after).responses.retrieve(done.id)).output_text).toBe('early');
      expect((await ended(open.id, clientOf(after))).output_text).toBe('late');
      expect((await after.readAccepted()).length).toBe(2);
      expect(await after.state()).toMatchObject({ accepted: 0, completed: 0, inFlight: 0 });
    } finally {
      await after.stop();
    }
  });

  test('it is forgotten when its time is over, or when it is deleted', async () => {
    const short = await startModelServer({ keepResponsesSeconds: 0 });
    try {
      const { id } = await clientOf(short).responses.create({ ...echo('gone'), background: true });
      await short.until(({ completed }) => completed === 1);
      await expect(clientOf(short).responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    } finally {
      await short.stop();
    }
    const { id } = await client.responses.create({ ...echo('gone'), background: true });
    await client.responses.delete(id);
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });
});

describe('faults strike the connection; the response can be read afterwards', () => {
  const idInBook = async () => `resp_${(await server.readAccepted()).at(-1)!.requestId.slice('req_'.length)}`;
  const attempt = async (fault: string): Promise<Event[] | Error> => {
    await server.setFaults(fault);
    const reading = async () => collect(await client.responses.create({ ...echo('[[answer: whole]]'), ...background }));
    return reading().catch((error: Error) => error);
  };

  test.each(['no-reply', 'cut:at=0.3', 'bad-body'])('%s', async (fault) => {
    expect(await attempt(fault)).not.toBeInstanceOf(Array);
    expect((await ended(await idInBook())).output_text).toBe('whole');
  });

  test('error-event: the last event of a stream', async () => {
    const events = (await attempt('error-event')) as Event[];
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'server_error', sequence_number: events.length - 1 });
    expect((await ended(idOf(events))).output_text).toBe('whole');
  });

  test('no-usage: the stream ends in order and too early', async () => {
    const events = (await attempt('no-usage')) as Event[];
    expect(events.at(-1)!.type).not.toBe('response.completed');
    expect((await ended(idOf(events))).usage).not.toBeNull();
  });

  test('refusal, content-filter and response-failed are ends of their own', async () => {
    const ends = [];
    for (const fault of ['refusal', 'content-filter', 'response-failed']) {
      const events = (await attempt(fault)) as Event[];
      ends.push([events.at(-1)!.type, (await client.responses.retrieve(idOf(events))).error?.code]);
    }
    expect(ends).toEqual([
      ['response.completed', undefined],
      ['response.incomplete', undefined],
      ['response.failed', 'server_error'],
    ]);
  });
});
