import { wishedAgents } from '../../../../src/cli/simulation/agents';

const seller = { id: 'seller', kind: 'script', bot: 'baseline-v1' };
const model = { id: 'shop', kind: 'llm', instructions: 'Be bold.', llmConfig: { model: 'a', temperature: 0 } };
const none = { bot: [], model: [] };
const named = (value: string, agentId?: string) => [{ agentId, value }];

it('makes the seller of the standard market when nobody is there', () => {
  expect(wishedAgents([], { ...none, bot: named('greedy-script') })).toEqual([
    { id: 'seller', kind: 'script', bot: 'greedy-script' },
  ]);
  expect(wishedAgents([], { ...none, model: named('gpt-4.1-mini'), instructions: 'Save.' })).toEqual([
    { id: 'seller', kind: 'llm', llmConfig: { model: 'gpt-4.1-mini' }, instructions: 'Save.' },
  ]);
});

it('puts another model behind an agent that keeps all else', () => {
  expect(wishedAgents([seller, model], { ...none, model: named('b', 'shop') })).toEqual([
    seller,
    { ...model, llmConfig: { model: 'b', temperature: 0 } },
  ]);
});

it('replaces a model by a bot, in its place', () => {
  expect(wishedAgents([model, seller], { ...none, bot: named('wary-v1', 'shop') })).toEqual([
    { id: 'shop', kind: 'script', bot: 'wary-v1' },
    seller,
  ]);
});

it('tells instructions to models only', () => {
  expect(wishedAgents([seller, model], { ...none, instructions: 'Be careful.' })).toEqual([
    seller,
    { ...model, instructions: 'Be careful.' },
  ]);
  expect(() => wishedAgents([seller], { ...none, instructions: 'Hello?' })).toThrow(
    expect.objectContaining({ code: 'InvalidRequest' }) as Error,
  );
});

it('asks which agent is meant where there are several', () => {
  const problem = { path: '--bot', message: expect.stringContaining('(seller, shop)') as string };
  expect(() => wishedAgents([seller, model], { ...none, bot: named('wary-v1') })).toThrow(
    expect.objectContaining({ problems: [problem] }) as Error,
  );
});
