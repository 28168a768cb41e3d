import { interpretAnswer, parseJsonAnswer } from '../../../../src/domain/agents/agent-output';
import { canonicalJson } from '../../../../src/domain/kernel/canonical-json';
import type { ChatAnswer } from '../../../../src/domain/llm/chat';

const JSON_MODE = { llmConfig: { model: 'm', maxTokens: 10, responseFormat: 'json' as const }, tools: [] };

function answer(content: string, finishReason: ChatAnswer['finishReason'] = 'stop'): ChatAnswer {
  return { content, toolCalls: [], finishReason, usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' };
}

test.each([
  ['{"a":1}', { a: 1 }],
  ['```json\n{"a":1}\n```', { a: 1 }],
  ['Here it is: [1, 2]. Good luck!', [1, 2]],
  ['no json at all', undefined],
  ['open { but never closed', undefined],
  [']}{[', undefined],
])('%j is read as %j', (content, expected) => expect(parseJsonAnswer(content).json).toEqual(expected));

test('a repair is told, and its result has to pass the schema like any other', () => {
  const sloppy = 'Sure!\n```json\n{"a": [1, 2,],\n}\n```';
  expect(interpretAnswer(answer(sloppy), JSON_MODE)).toMatchObject({
    ok: true,
    repaired: true,
    output: { json: { a: [1, 2] } },
  });
  expect(interpretAnswer(answer('{"a":1}'), JSON_MODE)).not.toHaveProperty('repaired');
  expect(interpretAnswer(answer(sloppy), JSON_MODE, () => 'a is no text')).toMatchObject({ ok: false, askAgain: true });
});

test.each([
  ['', 'stop', { askAgain: true, detail: 'The answer is empty.' }],
  [' \n', 'length', { askAgain: true }],
  ['Wait', 'pause', { askAgain: true }],
  ['No.', 'refusal', { askAgain: false }],
  ['{"a":', 'context_window', { askAgain: false, detail: expect.stringContaining('context window') as string }],
  ['{"a":', 'length', { askAgain: true, detail: expect.stringContaining('Raise maxTokens') as string }],
] as const)('%j that ended with %s is no answer', (content, finishReason, expected) => {
  expect(interpretAnswer(answer(content, finishReason), JSON_MODE)).toMatchObject({ ok: false, ...expected });
});

test('the output says which model should have answered', () => {
  const fallbackFrom = { model: 'm', reason: 'spend cap' };
  expect(interpretAnswer({ ...answer('{}'), fallbackFrom }, JSON_MODE)).toMatchObject({ output: { fallbackFrom } });
});

test('a model that repeats a bracket for ever does not stop the process', () => {
  const begun = performance.now();
  expect(parseJsonAnswer(`${'['.repeat(1_000_000)}x`).json).toBeUndefined();
  expect(parseJsonAnswer(`x${'[}'.repeat(500_000)}x`).json).toBeUndefined();
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test('an answer nested too deeply to be stored is paid for and refused, not lost', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  expect(interpretAnswer(answer(deep), JSON_MODE)).toEqual({
    ok: false,
    askAgain: true,
    detail: expect.stringMatching(/Nested deeper than 64 levels/) as string,
  });
});

test('whatever is accepted can be written as canonical JSON', () => {
  const deepest = `${'['.repeat(60)}${']'.repeat(60)}`;
  const verdict = interpretAnswer(answer(deepest), JSON_MODE);
  expect(verdict.ok === true && canonicalJson(verdict.output)).toContain(deepest);
});

test('NUL and prototype keys of a model stay data', () => {
  const verdict = interpretAnswer(answer('{"__proto__":{"polluted":true},"text":"a\\u0000b"}'), JSON_MODE);
  expect(verdict.ok).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
