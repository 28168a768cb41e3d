import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import { readStream } from '../../../../../src/adapters/llm/anthropic/read-stream';

async function* stream(...events: unknown[]): AsyncGenerator<RawMessageStreamEvent> {
  yield* events as RawMessageStreamEvent[];
}

const started = (usage: object = { input_tokens: 10, output_tokens: 1 }) => ({
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude-x', usage },
});
const block = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, piece: object) => ({ type: 'content_block_delta', index, delta: piece });
const said = (text: string) => delta(0, { type: 'text_delta', text });
const ended = (stop_reason: string, usage: object = { output_tokens: 5 }) => ({
  ...{ type: 'message_delta', delta: { stop_reason }, usage },
});
const read = (...events: unknown[]) => readStream(stream(...events), () => undefined);

test('text comes together, and each piece is told', async () => {
  const pieces: (string | undefined)[] = [];
  const events = [started(), block(0, { type: 'text', text: '' }), said('Hel'), said('lo'), ended('end_turn')];
  const answer = await readStream(stream(...events), (text) => pieces.push(text));
  expect(answer).toEqual({
    ...{ content: 'Hello', toolCalls: [], finishReason: 'stop', model: 'claude-x', providerRequestId: 'msg_1' },
    usage: { inputTokens: 10, outputTokens: 5 },
  });
  expect(pieces.filter(Boolean)).toEqual(['Hel', 'lo']);
});

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'pause'],
  ['model_context_window_exceeded', 'context_window'],
  ['a word of tomorrow', 'stop'],
])('the stop reason %s is read as %s', async (reason, expected) => {
  expect(await read(started(), said('x'), ended(reason))).toMatchObject({ finishReason: expected });
});

test('tool calls keep their order, whatever stands between them', async () => {
  const answer = await read(
    ...[started(), block(0, { type: 'thinking', thinking: '' }), delta(0, { type: 'thinking_delta', thinking: 'hm' })],
    ...[block(1, { type: 'tool_use', id: 't1', name: 'add', input: {} })],
    ...[delta(1, { type: 'input_json_delta', partial_json: '{"a":' })],
    ...[delta(1, { type: 'input_json_delta', partial_json: '1}' })],
    block(2, { type: 'tool_use', id: 't2', name: 'now', input: {} }),
    ended('tool_use'),
  );
  expect(answer).toMatchObject({ content: '', finishReason: 'tool_calls' });
  expect(answer.toolCalls).toEqual([
    { id: 't1', name: 'add', argumentsJson: '{"a":1}' },
    { id: 't2', name: 'now', argumentsJson: '{}' },
  ]);
});

test('cached tokens are parts of the input tokens; the counts of the end win', async () => {
  const usage = { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 30, output_tokens: 1 };
  expect((await read(started(usage), said('x'), ended('end_turn'))).usage).toEqual({
    ...{ inputTokens: 140, outputTokens: 5, cachedInputTokens: 100, cacheWriteInputTokens: 30 },
  });
  const later = { input_tokens: 12, cache_read_input_tokens: 0, output_tokens: 9 };
  expect((await read(started(usage), said('x'), ended('end_turn', later))).usage).toMatchObject({
    ...{ inputTokens: 42, outputTokens: 9, cachedInputTokens: undefined },
  });
});

test.each([
  ['a stop reason', [started(), said('x')]],
  ['usage at its end', [started(), said('x'), { type: 'message_delta', delta: { stop_reason: 'end_turn' } }]],
  ['a start', [said('x'), ended('end_turn')]],
])('without %s the answer is incomplete', async (_, events) => {
  await expect(read(...events)).rejects.toMatchObject({ name: 'IncompleteAnswer', began: true });
});

test('tool calls without end are an error', async () => {
  const calls = Array.from({ length: 200 }, (_, index) =>
    block(index, { type: 'tool_use', id: `${index}`, name: 'x' }),
  );
  await expect(read(started(), ...calls, ended('tool_use'))).rejects.toMatchObject({ name: 'ErrorEvent' });
});
