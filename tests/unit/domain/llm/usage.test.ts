import { usageProblem } from '../../../../src/domain/llm/usage';

test.each([[{ inputTokens: 10, outputTokens: 0 }], [{ inputTokens: 10, outputTokens: 5, cachedInputTokens: 10 }]])(
  '%j is believed',
  (usage) => expect(usageProblem(usage)).toBeNull(),
);

test.each([
  ['negative', { inputTokens: 10, outputTokens: -1 }],
  ['not a number', { inputTokens: Number.NaN, outputTokens: 1 }],
  ['a fraction', { inputTokens: 10.5, outputTokens: 1 }],
  ['missing', { inputTokens: 10, outputTokens: null as unknown as number }],
  ['absent', { inputTokens: undefined as unknown as number, outputTokens: 1 }],
  ['half absent', { inputTokens: 10 } as unknown as { inputTokens: number; outputTokens: number }],
  ['text', { inputTokens: '10' as unknown as number, outputTokens: 1 }],
  ['nothing read', { inputTokens: 0, outputTokens: 1 }],
  ['absurd', { inputTokens: 10, outputTokens: 1e12 }],
  ['more cached than read', { inputTokens: 10, outputTokens: 1, cachedInputTokens: 11 }],
])('%s is refused', (_, usage) => expect(usageProblem(usage)).not.toBeNull());
