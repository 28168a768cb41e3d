import { customIdOfLine, readResultLine } from '../../../../../src/adapters/llm/anthropic/batch-answers';

const USAGE = { input_tokens: 4, cache_read_input_tokens: 2, cache_creation_input_tokens: 1, output_tokens: 3 };
const line = (result: object) => JSON.stringify({ custom_id: 'abc', result });
const succeeded = (message: object) => line({ type: 'succeeded', message });
const errored = (type: string, message = 'no sk-secret here') =>
  line({ type: 'errored', error: { type: 'error', request_id: 'req_1', error: { type, message } } });
const read = (text: string) => readResultLine(text, ['sk-secret']);

test('an answer has its text, tools, usage with the cache in it, and id', () => {
  const content = [
    { type: 'thinking', thinking: 'hm' },
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    { type: 'tool_use', id: 't1', name: 'lookup', input: { city: 'Bonn' } },
  ];
  expect(read(succeeded({ id: 'msg_1', model: 'm-1', content, stop_reason: 'tool_use', usage: USAGE }))).toEqual({
    customId: 'abc',
    answer: {
      content: 'Hello',
      toolCalls: [{ id: 't1', name: 'lookup', argumentsJson: '{"city":"Bonn"}' }],
      finishReason: 'tool_calls',
      usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2, cacheWriteInputTokens: 1 },
      model: 'm-1',
      providerRequestId: 'msg_1',
    },
  });
});

test.each([
  ['no usage', { content: [], stop_reason: 'end_turn' }],
  ['no stop reason', { content: [], usage: USAGE }],
  ['no content', { stop_reason: 'end_turn', usage: USAGE }],
  ['text of another shape', { content: [{ type: 'text', text: { a: 1 } }], stop_reason: 'end_turn', usage: USAGE }],
  ['blocks of another shape', { content: [null], stop_reason: 'end_turn', usage: USAGE }],
])('an answer with %s may have been billed, at a cost that nobody knows', (_, message) => {
  expect(read(succeeded(message))).toMatchObject({ failure: { class: 'unknown', maybeBilled: true } });
});

test.each([
  ['invalid_request_error', 'permanent', 400],
  ['rate_limit_error', 'retryable', 429],
  ['overloaded_error', 'retryable', 529],
  ['api_error', 'retryable', 500],
])('%s is of class %s, as in an answer of the endpoint, and is not billed', (type, failureClass, status) => {
  const found = read(errored(type));
  expect(found).toMatchObject({
    failure: { class: failureClass, maybeBilled: false, status, providerRequestId: 'req_1' },
  });
  expect(JSON.stringify(found)).not.toContain('sk-secret');
});

test.each(['expired', 'canceled'])('%s: it was not processed', (type) => {
  expect(read(line({ type }))).toMatchObject({ customId: 'abc', notProcessed: expect.any(String) as string });
});

test('a result of a kind that is not known may have been billed', () => {
  expect(read(line({ type: 'postponed' }))).toMatchObject({ failure: { class: 'unknown', maybeBilled: true } });
});

test.each(['{"custom_id":"ab', '[]', 'null', '{"custom_id":7}', '', `{"custom_id":"${'x'.repeat(65)}"}`])(
  '%j answers nothing',
  (text) => {
    expect([read(text), customIdOfLine(text)]).toEqual([null, null]);
  },
);
