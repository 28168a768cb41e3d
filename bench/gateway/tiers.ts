import type { Price } from '../../src/domain/llm/pricing';
import type { Task } from './task';

const tier = (fromInputTokens: number, rate: number) => ({
  fromInputTokens,
  ...{ input: rate, cachedInput: rate, cacheWriteInput: rate, output: 2 * rate },
});

/** As providers price long contexts, with short ones: from so many tokens of input every token costs more. */
const PRICE: Price = { source: 'bench', tiers: [tier(0, 1_000_000), tier(100, 2_000_000), tier(300, 4_000_000)] };

/** As many tokens as an answer may have, so that what a call costs is what was held for it. */
const ANSWER = '[[tokens: 20]]';
/** Words by which a prompt falls into each tier, with room on both sides. */
const WORDS = [10, 150, 450];

export type TieredCalls = Pick<Task, 'prompt' | 'isNumbered'> & { price: Price };

/** Calls that all cost the same, one kind for each tier of the price. */
export const TIERS: { fromInputTokens: number; calls: TieredCalls }[] = PRICE.tiers.map(({ fromInputTokens }, at) => ({
  fromInputTokens,
  calls: { prompt: `${'word '.repeat(WORDS[at]!)}${ANSWER}`, isNumbered: false, price: PRICE },
}));
