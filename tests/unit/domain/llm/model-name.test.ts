import { parseModelName } from '../../../../src/domain/llm/model-name';

test.each([
  ['gpt-5', 'openai', 'gpt-5', false],
  ['scripted-echo', 'openai', 'scripted-echo', true],
  ['anthropic:scripted-echo', 'anthropic', 'scripted-echo', true],
  ['claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5', false],
  ['openai:claude-in-a-proxy', 'openai', 'claude-in-a-proxy', false],
  ['anthropic:my-model', 'anthropic', 'my-model', false],
  // names of routers, which may hold slashes and colons
  ['anthropic/claude-sonnet-4.5', 'openai', 'anthropic/claude-sonnet-4.5', false],
  ['deepseek/deepseek-r1:free', 'openai', 'deepseek/deepseek-r1:free', false],
  ['ft:gpt-4o:acme::id', 'openai', 'ft:gpt-4o:acme::id', false],
])('%s is asked through the wire of %s as %s', (model, wire, name, scripted) => {
  expect(parseModelName(model)).toEqual({ wire, name, scripted });
});
