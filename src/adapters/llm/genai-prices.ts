import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { calcPrice, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices';
import { microUsdPerMtok } from '../../domain/llm/decimal-price';
import type { WireName } from '../../domain/llm/model-name';
import type { Price, PriceTier } from '../../domain/llm/pricing';

/** A price that also counts what we cannot bound before the call would be too low; such a model needs a line of its own. */
const UNBOUNDED = 'requests_kcount';

/** The package does not export its own manifest, so its version is read beside its code. */
const { version } = JSON.parse(
  readFileSync(join(dirname(require.resolve('@pydantic/genai-prices')), '../package.json'), 'utf8'),
) as { version: string };

/** The package's bundled table; it asks no network unless told to. Null when it has no text price for the model. */
export function builtInPrice(model: string, wire: WireName, openaiBaseUrl: string): Price | null {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, sellerOf(wire, openaiBaseUrl));
  const rates = found?.model_price;
  if (
    !rates ||
    rates['input_mtok'] === undefined ||
    rates['output_mtok'] === undefined ||
    rates[UNBOUNDED] !== undefined
  )
    return null;
  return { source: `genai-prices ${version}`, tiers: startsOf(rates).map((from) => tierFrom(rates, from)) };
}

/** A server in Anthropic's place sells Anthropic's models; one in OpenAI's place sells anything, at its own prices. */
function sellerOf(wire: WireName, openaiBaseUrl: string): { providerId: string } | { providerApiUrl: string } {
  if (wire === 'anthropic') return { providerId: 'anthropic' };
  const isOpenAi = new URL(openaiBaseUrl).hostname === 'api.openai.com';
  return isOpenAi ? { providerId: 'openai' } : { providerApiUrl: openaiBaseUrl };
}

/** The table says "above 271,999 tokens"; a tier of ours says "from 272,000". */
function startsOf(rates: ModelPrice): number[] {
  const starts = Object.values(rates).flatMap((rate) =>
    isTiered(rate) ? rate.tiers.map((tier) => tier.start + 1) : [],
  );
  return [0, ...new Set(starts)].sort((a, b) => a - b);
}

function tierFrom(rates: ModelPrice, fromInputTokens: number): PriceTier {
  const at = (key: string): number | undefined => rateAt(rates[key], fromInputTokens);
  const input = at('input_mtok') ?? 0;
  const output = Math.max(at('output_mtok') ?? 0, at('output_reasoning_mtok') ?? 0);
  return {
    fromInputTokens,
    input: microUsdPerMtok(input),
    cachedInput: microUsdPerMtok(at('cache_read_mtok') ?? input),
    cacheWriteInput: microUsdPerMtok(at('cache_write_mtok') ?? input),
    output: microUsdPerMtok(output),
  };
}

function rateAt(rate: number | TieredPrices | undefined, inputTokens: number): number | undefined {
  if (!isTiered(rate)) return rate;
  return rate.tiers.findLast((tier) => tier.start < inputTokens)?.price ?? rate.base;
}

/** The bundled table holds plain objects, not instances of the class that its types name. */
function isTiered(rate: number | TieredPrices | undefined): rate is TieredPrices {
  return typeof rate === 'object' && Array.isArray(rate.tiers);
}
