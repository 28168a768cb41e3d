import type OpenAI from 'openai';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { clientOf, user } from './clients';

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer({ latency: 'fixed:300' });
  client = clientOf(server);
});
afterAll(() => server.stop());

const TEXT = 'An answer that is long enough to come in several pieces, 𝄞 and emoji 🚚 included, as answers do.';

async function stream(content: string, more: Partial<OpenAI.Chat.ChatCompletionCreateParamsStreaming> = {}) {
  const startedMs = performance.now();
  const events = await client.chat.completions.create({
    model: 'scripted-echo',
    messages: [user(content)],
    stream: true,
    ...more,
  });
  const chunks: Array<{ atMs: number; chunk: OpenAI.Chat.ChatCompletionChunk }> = [];
  for await (const chunk of events) chunks.push({ atMs: performance.now() - startedMs, chunk });
  return chunks;
}

const textOf = (chunks: Awaited<ReturnType<typeof stream>>) =>
  chunks.map(({ chunk }) => chunk.choices[0]?.delta.content ?? '').join('');

test('the pieces make the same text as the unstreamed answer, with role first and finish reason last', async () => {
  const chunks = await stream(`[[answer: ${TEXT}]]`);
  const whole = await client.chat.completions.create({
    model: 'scripted-echo',
    messages: [user(`[[answer: ${TEXT}]]`)],
  });
  expect(textOf(chunks)).toBe(whole.choices[0]!.message.content);
  expect(chunks[0]!.chunk.choices[0]!.delta.role).toBe('assistant');
  expect(chunks.at(-1)!.chunk.choices[0]!.finish_reason).toBe('stop');
  expect(chunks.length).toBeGreaterThan(4);
});

test('latency is spread: the first piece comes well before the last', async () => {
  const chunks = await stream(`[[answer: ${TEXT}]]`);
  expect(chunks.at(-1)!.atMs).toBeGreaterThanOrEqual(290);
  expect(chunks[0]!.atMs).toBeLessThan(chunks.at(-1)!.atMs - 100);
});

test('usage comes only when asked for, in a last chunk without choices', async () => {
  const plain = await stream('hi');
  expect(plain.some(({ chunk }) => chunk.usage)).toBe(false);
  const counted = await stream('hi', { stream_options: { include_usage: true } });
  const last = counted.at(-1)!.chunk;
  expect(last.choices).toEqual([]);
  expect(last.usage!.completion_tokens).toBeGreaterThan(0);
  expect(counted.slice(0, -1).every(({ chunk }) => chunk.usage === null)).toBe(true);
});

test('a tool call streams its arguments in pieces', async () => {
  const runner = client.chat.completions.stream({
    model: 'scripted-echo',
    messages: [user(`[[call: note {"text":"${TEXT}"}]]`)],
  });
  const { choices } = await runner.finalChatCompletion();
  expect(choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ function: { name: 'note', arguments: `{"text":"${TEXT}"}` } }] },
  });
});

test('max_tokens cuts a stream as it cuts an answer', async () => {
  const chunks = await stream('[[tokens: 100]]', { max_tokens: 3, stream_options: { include_usage: true } });
  expect(textOf(chunks)).toBe('token token token');
  expect(chunks.at(-2)!.chunk.choices[0]!.finish_reason).toBe('length');
  expect(chunks.at(-1)!.chunk.usage!.completion_tokens).toBe(3);
});

test('an answer that its reader leaves is booked in full and ends as cut', async () => {
  const events = await client.chat.completions.create({
    model: 'scripted-echo',
    messages: [user('[[tokens: 500]] [[delay: 1500]]')],
    stream: true,
    metadata: { attempt_key: 'run/left/0#1' },
  });
  for await (const chunk of events) if (chunk.choices[0]?.delta.role) break;
  await server.until((state) => state.inFlight === 0);
  const lines = (await server.readLog()).filter((line) => line.attemptKey === 'run/left/0#1');
  expect(lines).toMatchObject([{ kind: 'accepted', outputTokens: 500 }, { kind: 'cut' }]);
});
