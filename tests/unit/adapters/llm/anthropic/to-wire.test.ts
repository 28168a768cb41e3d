import { toWire } from '../../../../../src/adapters/llm/anthropic/to-wire';
import type { ChatMessage, ChatRequest } from '../../../../../src/domain/llm/chat';

const request = (messages: ChatMessage[], more: Partial<ChatRequest> = {}) =>
  toWire({ model: 'claude-sonnet-4-5', messages, maxTokens: 100, ...more });
const user = { role: 'user', content: 'How warm is it?' } as const;

test('system texts leave the messages, in their order', () => {
  const wire = request([{ role: 'system', content: 'Be brief.' }, user, { role: 'system', content: 'In Celsius.' }]);
  expect(wire).toMatchObject({ system: 'Be brief.\n\nIn Celsius.', messages: [user], max_tokens: 100, stream: true });
});

test('the prefix that chose the wire is not sent', () => {
  expect(request([user], { model: 'anthropic:scripted-echo' }).model).toBe('scripted-echo');
});

test('settings are passed on under their names; what is absent stays absent', () => {
  expect(request([user], { temperature: 0.5, topP: 0.9, seed: 7 })).toMatchObject({ temperature: 0.5, top_p: 0.9 });
  expect(JSON.parse(JSON.stringify(request([user], { seed: 7 })))).toEqual({
    ...{ model: 'claude-sonnet-4-5', max_tokens: 100, messages: [user], stream: true },
  });
});

test('where to stop, and that no tool may be called, are passed on', () => {
  const tools = [{ name: 'weather', description: 'Now.', parameters: { type: 'object' } }];
  expect(request([user], { stop: ['END'], tools, toolChoice: 'none' })).toMatchObject({
    ...{ stop_sequences: ['END'], tool_choice: { type: 'none' } },
  });
  expect(request([user], { toolChoice: 'none' }).tool_choice).toBeUndefined();
});

test('the results of all tools of one answer stand in one message', () => {
  const wire = request([
    user,
    {
      role: 'assistant',
      content: 'I look.',
      toolCalls: [
        { id: 't1', name: 'weather', argumentsJson: '{"city":"Rome"}' },
        { id: 't2', name: 'weather', argumentsJson: 'no JSON' },
      ],
    },
    { role: 'tool', toolCallId: 't1', content: '21' },
    { role: 'tool', toolCallId: 't2', content: 'The arguments are no JSON.' },
    { role: 'user', content: 'Go on.' },
  ]);
  expect(wire.messages).toEqual([
    user,
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Rome' } },
        { type: 'tool_use', id: 't2', name: 'weather', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: '21' },
        { type: 'tool_result', tool_use_id: 't2', content: 'The arguments are no JSON.' },
      ],
    },
    { role: 'user', content: 'Go on.' },
  ]);
});

test('an empty answer is left out, because Anthropic refuses empty texts', () => {
  const wire = request([user, { role: 'assistant', content: '' }, { role: 'user', content: 'Again.' }]);
  expect(wire.messages).toEqual([user, { role: 'user', content: 'Again.' }]);
});

test('tools are declared with their schema', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  expect(request([user], { tools: [{ name: 'weather', description: 'Tells it.', parameters }] }).tools).toEqual([
    { name: 'weather', description: 'Tells it.', input_schema: parameters },
  ]);
});

test('a schema goes into the output format; JSON without one is asked for in words', () => {
  const schema = { type: 'object' };
  const shaped = request([user], { responseFormat: 'json', responseSchema: schema });
  expect(shaped.output_config).toEqual({ format: { type: 'json_schema', schema } });
  expect(shaped.system).toBeUndefined();
  expect(request([user], { responseFormat: 'json' }).system).toContain('one JSON value');
});
