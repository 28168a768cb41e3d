import { createProviders } from '../../../../src/adapters/llm';
import { providerNames } from '../../../../src/adapters/llm/names';

const MAKERS = { openaiBaseUrl: 'https://api.openai.com/v1', anthropicBaseUrl: 'https://api.anthropic.com' };
const MAKERS_OTHERWISE = {
  openaiBaseUrl: 'https://API.openai.com:443/v1/',
  anthropicBaseUrl: 'https://api.anthropic.com/v1',
};
const OTHERS = { openaiBaseUrl: 'https://openrouter.ai/api/v1', anthropicBaseUrl: 'http://127.0.0.1:8091' };
const ALIKE = { openaiBaseUrl: 'https://api.openai.com.example/v1', anthropicBaseUrl: 'https://not-api.anthropic.com' };
const KEYS = { openaiApiKey: 'k', anthropicApiKey: 'k', modelServerUrl: 'http://127.0.0.1:8090' };

const OWN: [string, 'openai' | 'anthropic'][] = [
  ['gpt-4o-mini', 'openai'],
  ['openai:claude-in-a-proxy', 'openai'],
  ['anthropic/claude-sonnet-5', 'openai'],
  ['claude-sonnet-5', 'anthropic'],
  ['anthropic:any', 'anthropic'],
];

test.each([
  [MAKERS, 'openai', 'anthropic'],
  [MAKERS_OTHERWISE, 'openai', 'anthropic'],
  [OTHERS, 'openai-compatible:openrouter.ai', 'anthropic-compatible:127.0.0.1:8091'],
  [ALIKE, 'openai-compatible:api.openai.com.example', 'anthropic-compatible:not-api.anthropic.com'],
])('%j: the name is known without a key, and is that of the opened provider', (addresses, openai, anthropic) => {
  const names = { openai, anthropic };
  const opened = createProviders({ ...addresses, ...KEYS });
  for (const [model, wire] of OWN)
    for (const name of [providerNames(addresses).nameFor(model), opened.providerFor(model).name])
      expect([model, name]).toEqual([model, names[wire]]);
});

test.each([
  ['scripted-echo', 'scripted'],
  ['openai:scripted-echo', 'scripted'],
  ['anthropic:scripted-echo', 'scripted-anthropic'],
])('%s is the model server’s, wherever that is', (model, name) => {
  expect(providerNames(OTHERS).nameFor(model)).toBe(name);
  expect(createProviders({ ...MAKERS, ...KEYS }).providerFor(model).name).toBe(name);
});

test('a registry without keys names whom it cannot ask', () => {
  const providers = createProviders(MAKERS);
  expect(providers.names).toEqual([]);
  for (const model of ['gpt-4o-mini', 'claude-sonnet-5', 'scripted-echo', 'anthropic:scripted-echo']) {
    expect(providers.find(model)).toBeNull();
    expect(providers.nameFor(model)).toBe(createProviders({ ...MAKERS, ...KEYS }).providerFor(model).name);
  }
});
