import type { MarketDecision } from './decision';

/** The price that a decision asks for, by SKU: of several commands for one product the first counts, as it does in the market. */
export function proposedPrices({ prices, priceCommands }: MarketDecision): ReadonlyMap<string, number> {
  const commanded = [...priceCommands].reverse().map(({ sku, priceCents }) => [sku, priceCents] as const);
  return new Map([...Object.entries(prices), ...commanded]);
}
