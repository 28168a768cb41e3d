import { readAnswerLine } from '../../../../../src/adapters/llm/openai/batch-answers';

const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
const line = (more: object) => JSON.stringify({ id: 'x', custom_id: 'run/a/0#1', ...more });
const answered = (body: object, status = 200) =>
  line({ response: { status_code: status, request_id: 'req_1', body }, error: null });
const read = (text: string) => readAnswerLine(text, ['sk-secret']);

test('an answer has its text, tools, usage and request id', () => {
  const message = {
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'lookup', arguments: '{}' } }],
  };
  expect(read(answered({ model: 'm-1', usage: USAGE, choices: [{ finish_reason: 'tool_calls', message }] }))).toEqual({
    customId: 'run/a/0#1',
    answer: {
      content: '',
      toolCalls: [{ id: 'c1', name: 'lookup', argumentsJson: '{}' }],
      finishReason: 'tool_calls',
      usage: { inputTokens: 7, outputTokens: 3 },
      model: 'm-1',
      providerRequestId: 'req_1',
    },
  });
});

test('a refusal is an answer', () => {
  const choices = [{ finish_reason: 'stop', message: { content: null, refusal: 'I will not.' } }];
  expect(read(answered({ usage: USAGE, choices }))).toMatchObject({
    answer: { content: 'I will not.', finishReason: 'refusal' },
  });
});

test.each([
  ['no usage', { choices: [{ finish_reason: 'stop', message: { content: 'hi' } }] }],
  ['no choice', { usage: USAGE }],
  ['no finish reason', { usage: USAGE, choices: [{ message: { content: 'hi' } }] }],
  [
    'tools of another shape',
    { usage: USAGE, choices: [{ finish_reason: 'stop', message: { tool_calls: [{ type: 'function' }] } }] },
  ],
  ['text of another shape', { usage: USAGE, choices: [{ finish_reason: 'stop', message: { content: { a: 1 } } }] }],
])('an answer with %s may have been billed, at a cost that nobody knows', (_, body) => {
  expect(read(answered(body))).toMatchObject({ failure: { class: 'unknown', maybeBilled: true, status: 200 } });
});

test.each([
  [400, 'permanent', false],
  [429, 'retryable', false],
  [500, 'retryable', false],
])('status %i is of class %s, as in an answer of the endpoint', (status, failureClass, maybeBilled) => {
  const body = { error: { message: 'no sk-secret here', type: 'x' } };
  const found = read(answered(body, status));
  expect(found).toMatchObject({ failure: { class: failureClass, maybeBilled, status } });
  expect(JSON.stringify(found)).not.toContain('sk-secret');
});

test.each(['batch_expired', 'batch_cancelled'])('%s: it was not processed', (code) => {
  expect(read(line({ response: null, error: { code, message: 'too late' } }))).toEqual({
    customId: 'run/a/0#1',
    notProcessed: 'too late',
  });
});

test.each(['{"custom_id":"run/a', '[]', 'null', '{"custom_id":7}', ''])('%j answers nothing', (text) => {
  expect(read(text)).toBeNull();
});
