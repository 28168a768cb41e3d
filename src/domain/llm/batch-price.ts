import type { Price } from './pricing';

/** What a provider's batches cost: half of each rate, as OpenAI and Anthropic publish it; an odd one is rounded up. */
export function batchPrice({ source, tiers }: Price): Price {
  const half = (rate: number) => (rate + (rate % 2)) / 2;
  return {
    source: `${source}, batch`,
    tiers: tiers.map(({ fromInputTokens, input, cachedInput, cacheWriteInput, output }) => ({
      fromInputTokens,
      input: half(input),
      cachedInput: half(cachedInput),
      cacheWriteInput: half(cacheWriteInput),
      output: half(output),
    })),
  };
}
