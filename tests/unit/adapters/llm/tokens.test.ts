import { countInputTokens } from '../../../../src/adapters/llm/tokens';
import { countInputTokens as serverCount } from '../../../../src/model-server/chat/tokens';
import { responseFormat } from '../../../../src/adapters/llm/openai/to-wire';
import type { ChatRequest } from '../../../../src/domain/llm/chat';

const SCHEMA = { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'] };

test.each<[string, Omit<ChatRequest, 'maxTokens'>]>([
  ['one message', { model: 'scripted-echo', messages: [{ role: 'user', content: 'hello world' }] }],
  ['an empty message', { model: 'scripted-echo', messages: [{ role: 'system', content: '' }] }],
  [
    'text that looks like control tokens',
    { model: 'scripted-echo', messages: [{ role: 'user', content: '<|endoftext|> <|im_start|>' }] },
  ],
  [
    'other scripts and emoji',
    { model: 'scripted-echo', messages: [{ role: 'user', content: 'Überprüfung 価格 🧾🧾 \u0000' }] },
  ],
  [
    'a JSON schema',
    { model: 'scripted-echo', messages: [{ role: 'user', content: 'as json' }], responseSchema: SCHEMA },
  ],
  ['JSON mode', { model: 'scripted-echo', messages: [{ role: 'user', content: 'as json' }], responseFormat: 'json' }],
])('what the scripted server bills is what was reserved: %s', async (_, request) => {
  const format = responseFormat({ ...request, maxTokens: 1 });
  const messages = request.messages.map(({ role, content }) => ({ role, text: content }));
  expect(await countInputTokens({ ...request, maxTokens: 1 })).toBe(
    serverCount(messages, format ? [JSON.stringify(format)] : []),
  );
});

test('what was counted before counts the same again, as another part of a request, too', async () => {
  const of = (...messages: ChatRequest['messages']) =>
    countInputTokens({ model: 'scripted-echo', messages, maxTokens: 1, responseSchema: SCHEMA });
  const text = 'A system prompt that many calls begin with, with 12 numbers and {"json": [1, 2, 3]}.';
  const [system, user] = [
    { role: 'system' as const, content: text },
    { role: 'user' as const, content: text },
  ];
  const first = await of(system, { role: 'user', content: 'one' });
  expect(await of(system, { role: 'user', content: 'two' })).toBe(first);
  expect(await of(user, { role: 'user', content: 'two' })).toBe(first);
  expect(await of({ ...system, content: `${text} And more.` }, { role: 'user', content: 'one' })).toBeGreaterThan(
    first,
  );
});

test('the less is known of a tokenizer, the more is reserved', async () => {
  const count = (model: string) =>
    countInputTokens({ model, maxTokens: 1, messages: [{ role: 'user', content: 'word '.repeat(500) }] });
  const [scripted, openai, other] = await Promise.all([
    count('scripted-echo'),
    count('gpt-5-mini'),
    count('meta/llama-4'),
  ]);
  expect(openai).toBeGreaterThan(scripted * 1.02);
  expect(other).toBeGreaterThan(scripted * 1.3);
});

test.each([
  ['one letter', (chars: number) => 'a'.repeat(chars)],
  ['Chinese without a mark', (chars: number) => '中文字符測試'.repeat(chars / 6)],
  ['blank lines', (chars: number) => '\n'.repeat(chars)],
  ['a ruler', (chars: number) => '-'.repeat(chars)],
  ['emoji', (chars: number) => '🧾'.repeat(chars / 2)],
])('a long run of %s is counted soon, and never too low', async (_, textOf) => {
  const tokens = (content: string) =>
    countInputTokens({ model: 'scripted-echo', maxTokens: 1, messages: [{ role: 'user', content }] });
  expect(await tokens(textOf(1_200))).toBeGreaterThanOrEqual(serverCount([{ role: 'user', text: textOf(1_200) }], []));
  const begun = performance.now();
  await tokens(textOf(60_000));
  expect(performance.now() - begun).toBeLessThan(3_000);
});

test('through the wire of Anthropic nothing is counted lower, and its tools bring a prompt of their own', async () => {
  const request = { messages: [{ role: 'user' as const, content: 'How warm is it?' }], maxTokens: 5 };
  const tools = [{ name: 'weather', description: 'Tells it.', parameters: { type: 'object' } }];
  const plain = await countInputTokens({ ...request, model: 'scripted-echo' });
  expect(await countInputTokens({ ...request, model: 'anthropic:scripted-echo' })).toBeGreaterThan(plain);
  const [bare, armed] = await Promise.all(
    [{}, { tools }].map((more) => countInputTokens({ ...request, ...more, model: 'claude-sonnet-5' })),
  );
  expect(armed! - bare!).toBeGreaterThan(346);
});
