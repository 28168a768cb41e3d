import * as fc from 'fast-check';
import { microUsdPerMtok } from '../../../../src/domain/llm/decimal-price';
import { priceOfVersion, priceVersionOf } from '../../../../src/domain/llm/price-version';
import { costOf, worstCaseCost, type Price } from '../../../../src/domain/llm/pricing';

const tier = (
  fromInputTokens: number,
  input: number,
  cachedInput: number,
  output: number,
  cacheWriteInput = input,
) => ({
  fromInputTokens,
  input,
  cachedInput,
  cacheWriteInput,
  output,
});
const small: Price = { source: 'test', tiers: [tier(0, 250_000, 25_000, 2_000_000)] };
const tiered: Price = {
  source: 'test',
  tiers: [tier(0, 2_500_000, 250_000, 15_000_000), tier(272_000, 5_000_000, 500_000, 22_500_000)],
};

describe('dollars per million tokens', () => {
  test.each([
    ['2.5', 2_500_000],
    [0.075, 75_000],
    ['0', 0],
    ['15', 15_000_000],
    ['1e-7', 1],
    ['0.0000011', 2],
    [2.5e-7, 1],
    ['1e2', 100_000_000],
  ])('%s', (text, expected) => expect(microUsdPerMtok(text)).toBe(expected));

  test.each(['-1', 'NaN', Number.NaN, Number.POSITIVE_INFINITY, '', '1,5', '0x10', '1e999'])('%s is refused', (text) =>
    expect(() => microUsdPerMtok(text)).toThrow('price'),
  );
});

describe('what a usage costs', () => {
  test.each<[string, Price, Parameters<typeof costOf>[1], number]>([
    ['whole numbers', small, { inputTokens: 1_000_000, outputTokens: 1_000_000 }, 2_250_000],
    ['rounded up once, not per part', small, { inputTokens: 1, outputTokens: 0 }, 1],
    ['cached tokens at their own rate', small, { inputTokens: 1000, outputTokens: 0, cachedInputTokens: 900 }, 48],
    ['just below the tier', tiered, { inputTokens: 271_999, outputTokens: 0 }, 679_998],
    ['in the tier: all tokens cost more', tiered, { inputTokens: 272_000, outputTokens: 100 }, 1_362_250],
    ['nothing', small, { inputTokens: 0, outputTokens: 0 }, 0],
  ])('%s', (_, price, usage, expected) => expect(costOf(price, usage)).toBe(expected));

  test('more cached than input tokens is a broken invariant', () => {
    expect(() => costOf(small, { inputTokens: 1, outputTokens: 0, cachedInputTokens: 2 })).toThrow('cached');
  });
});

const rate = fc.integer({ min: 0, max: 100_000_000 });
const prices: fc.Arbitrary<Price> = fc
  .array(
    fc.record({
      fromInputTokens: fc.integer({ min: 1, max: 1000 }),
      input: rate,
      cachedInput: rate,
      cacheWriteInput: rate,
      output: rate,
    }),
    { maxLength: 3 },
  )
  .chain((tiers) => fc.record({ first: rate, tiers: fc.constant(tiers) }))
  .map(({ first, tiers }) => ({
    source: 'p',
    tiers: [tier(0, first, first, first), ...tiers.sort((a, b) => a.fromInputTokens - b.fromInputTokens)],
  }));

test('no usage within the reservation costs more than the worst case', () => {
  fc.assert(
    fc.property(
      prices,
      fc.nat(2000),
      fc.nat(2000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (price, input, output, a, b, c) => {
        const inputTokens = Math.floor(input * a);
        const cachedInputTokens = Math.floor(inputTokens * b);
        const cacheWriteInputTokens = Math.floor((inputTokens - cachedInputTokens) * c);
        const usage = { inputTokens, outputTokens: Math.floor(output * c), cachedInputTokens, cacheWriteInputTokens };
        expect(costOf(price, usage)).toBeLessThanOrEqual(worstCaseCost(price, input, output));
      },
    ),
  );
});

test('a price version holds the rates themselves', () => {
  fc.assert(fc.property(prices, (price) => expect(priceOfVersion(priceVersionOf(price))).toEqual(price)));
  expect(() => priceOfVersion('genai-prices 0.1.8')).toThrow('holds no rates');
});
