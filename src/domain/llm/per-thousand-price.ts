import { microUsdPerMtok } from './decimal-price';
import type { Price } from './pricing';

/** US dollars per 1,000 tokens, the unit of the orchestration engine's cost tables. */
export interface PerThousand {
  input: number;
  output: number;
}

/** Begins the source of a price that nobody stated for the model: default prices. Stored with each attempt, so it can be told later. */
const ESTIMATED = 'estimated ';

export function priceOfThousand(source: string, { input, output }: PerThousand): Price {
  const [inputRate, outputRate] = [1000 * microUsdPerMtok(input), 1000 * microUsdPerMtok(output)];
  const tier = { input: inputRate, cachedInput: inputRate, cacheWriteInput: inputRate, output: outputRate };
  return { source, tiers: [{ fromInputTokens: 0, ...tier }] };
}

export function estimated(price: Price): Price {
  return { ...price, source: `${ESTIMATED}${price.source}` };
}

export function isEstimated(priceVersion: string): boolean {
  return priceVersion.startsWith(ESTIMATED);
}
