import { assert } from '../kernel/assert';
import type { Price, PriceTier } from './pricing';

/**
 * The text stored with each attempt. It holds the rates themselves, not only a name: an attempt that is reconciled
 * weeks later is priced exactly as it was reserved, also when the price list has changed or the file is gone.
 *
 * `genai-prices 0.1.8 | 0:2500000/250000/2500000/15000000 272000:5000000/…` (from: input/cached/written/output)
 */
export function priceVersionOf(price: Price): string {
  return `${price.source} | ${price.tiers.map(tierText).join(' ')}`;
}

/** @throws InvariantError when the text was not made by `priceVersionOf`. */
export function priceOfVersion(version: string): Price {
  const cut = version.lastIndexOf(' | ');
  assert(cut > 0, `price version ${JSON.stringify(version)} holds no rates`);
  return {
    source: version.slice(0, cut),
    tiers: version
      .slice(cut + 3)
      .split(' ')
      .map(parseTier),
  };
}

function tierText(tier: PriceTier): string {
  return `${tier.fromInputTokens}:${tier.input}/${tier.cachedInput}/${tier.cacheWriteInput}/${tier.output}`;
}

function parseTier(text: string): PriceTier {
  const match = /^(\d+):(\d+)\/(\d+)\/(\d+)\/(\d+)$/.exec(text);
  assert(match, `price version: ${JSON.stringify(text)} is no tier`);
  const [fromInputTokens = 0, input = 0, cachedInput = 0, cacheWriteInput = 0, output = 0] = match.slice(1).map(Number);
  return { fromInputTokens, input, cachedInput, cacheWriteInput, output };
}
