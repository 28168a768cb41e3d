import { extraProblem } from '../../../../src/domain/llm/extra';
import { requestHash } from '../../../../src/domain/llm/request';

test('parameters of a provider pass, what the request says itself does not', () => {
  expect(extraProblem({ frequency_penalty: 0.5, logit_bias: { '50256': -100 }, stop: ['\n'] })).toBeUndefined();
  for (const name of ['model', 'messages', 'stream', 'n', 'max_tokens', 'tools', 'metadata'])
    expect(extraProblem({ [name]: 1 })).toContain(`"${name}"`);
});

test('they are bounded in depth and size', () => {
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => ({ inner }), 1);
  expect(extraProblem({ deep })).toBeDefined();
  expect(extraProblem({ user: 'x'.repeat(20_000) })).toContain('characters as JSON');
});

test('they name another request; a request without any keeps its hash', () => {
  const request = { model: 'm', messages: [], maxTokens: 1 };
  expect(requestHash('p', { ...request, extra: { stop: ['a'] } })).not.toBe(requestHash('p', request));
  expect(requestHash('p', { ...request, extra: undefined })).toBe(requestHash('p', request));
});
