import { requestHash } from '../../../../src/domain/llm/request';
import type { ChatRequest } from '../../../../src/domain/llm/chat';

const base: ChatRequest = { model: 'scripted-echo', messages: [{ role: 'user', content: 'hello' }], maxTokens: 10 };

test('equal requests have equal hashes, whatever was left out or how keys are ordered', () => {
  const same = {
    maxTokens: 10,
    seed: undefined,
    messages: [{ content: 'hello', role: 'user' as const }],
    model: 'scripted-echo',
    responseFormat: 'text' as const,
  };
  expect(requestHash('p', same)).toBe(requestHash('p', base));
});

test.each<[string, Partial<ChatRequest>]>([
  ['model', { model: 'scripted-erp' }],
  ['message', { messages: [{ role: 'user', content: 'hello ' }] }],
  ['role', { messages: [{ role: 'system', content: 'hello' }] }],
  ['temperature', { temperature: 0 }],
  ['seed', { seed: 1 }],
  ['maxTokens', { maxTokens: 11 }],
  ['format', { responseFormat: 'json' }],
  ['schema', { responseSchema: { type: 'object' } }],
])('another %s is another request', (_, change) =>
  expect(requestHash('p', { ...base, ...change })).not.toBe(requestHash('p', base)),
);

test('another provider is another request', () => expect(requestHash('q', base)).not.toBe(requestHash('p', base)));
