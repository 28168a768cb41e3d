import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { readStream } from '../../../../src/adapters/llm/openai/read-stream';

async function* stream(...chunks: unknown[]): AsyncGenerator<ChatCompletionChunk> {
  yield* chunks as ChatCompletionChunk[];
}

const usage = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } };
const said = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  id: 'id-1',
  model: 'm-1',
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});
const read = (...chunks: unknown[]) => readStream(stream(...chunks), () => undefined);

test.each([
  ['stop', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['function_call', 'tool_calls'],
  ['eos', 'stop'],
  ['constructor', 'stop'],
])('the finish reason %s is read as %s', async (word, expected) => {
  expect(await read(said({ content: 'x' }, word), usage)).toMatchObject({ content: 'x', finishReason: expected });
});

test('names from outside are bounded, and what is no text is no name', async () => {
  const answer = await read(
    said({ content: 'x' }, 'stop', { id: 'i'.repeat(10_000), model: 'm'.repeat(10_000) }),
    usage,
  );
  expect([answer.providerRequestId!.length, answer.model.length]).toEqual([256, 256]);
  expect(await read(said({ content: 'x' }, 'stop', { id: 7, model: {} }), usage)).toMatchObject({
    model: '',
    providerRequestId: undefined,
  });
});

test('tool calls come in pieces', async () => {
  const part = (more: object) => said({ tool_calls: [{ index: 0, ...more }] });
  const answer = await read(
    part({ id: 'call-1', function: { name: 'look', arguments: '{"a"' } }),
    part({ function: { name: 'up', arguments: ':1}' } }),
    said({}, 'tool_calls'),
    usage,
  );
  expect(answer.toolCalls).toEqual([{ id: 'call-1', name: 'lookup', argumentsJson: '{"a":1}' }]);
});

test.each([[-1], [1], [0.5], ['__proto__']])('a tool call at place %s is refused', async (index) => {
  await expect(read(said({ tool_calls: [{ index }] }, 'tool_calls'), usage)).rejects.toThrow('error event');
});

test('a server that asks for tools without end is cut off', async () => {
  const calls = Array.from({ length: 129 }, (_, index) => said({ tool_calls: [{ index, id: `c${index}` }] }));
  await expect(read(...calls, said({}, 'tool_calls'), usage)).rejects.toThrow('error event');
  expect((await read(...calls.slice(0, 128), said({}, 'tool_calls'), usage)).toolCalls).toHaveLength(128);
});
