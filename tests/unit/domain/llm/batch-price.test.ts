import { batchPrice } from '../../../../src/domain/llm/batch-price';
import { costOf } from '../../../../src/domain/llm/pricing';
import { priceOfVersion, priceVersionOf } from '../../../../src/domain/llm/price-version';

const PRICE = {
  source: 'list 1',
  tiers: [{ fromInputTokens: 0, input: 250_000, cachedInput: 25_001, cacheWriteInput: 250_000, output: 2_000_000 }],
};

test('every rate is halved, an odd one rounded up, and the source says so', () => {
  expect(batchPrice(PRICE)).toEqual({
    source: 'list 1, batch',
    tiers: [{ fromInputTokens: 0, input: 125_000, cachedInput: 12_501, cacheWriteInput: 125_000, output: 1_000_000 }],
  });
});

test('an answer of 1,000 tokens for 4,000 costs 1,500 µUSD instead of 3,000, also when it is priced from its attempt', () => {
  const usage = { inputTokens: 4_000, outputTokens: 1_000 };
  expect(costOf(PRICE, usage)).toBe(3_000);
  expect(costOf(priceOfVersion(priceVersionOf(batchPrice(PRICE))), usage)).toBe(1_500);
});
