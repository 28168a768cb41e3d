import { join } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { parseModelName } from '../../domain/llm/model-name';
import type { Price } from '../../domain/llm/pricing';
import { builtInPrice } from './genai-prices';
import { readPriceFile } from './price-file';

/** Shipped beside `src` and `dist`, both of which lie this many folders above. */
const SCRIPTED_PRICES = join(__dirname, '../../../prices/scripted.yaml');

export interface PriceBook {
  /** @throws LonghaulError UnknownPrice with the line to add: a call without a price would be a call without a limit. */
  priceOf(model: string): Price;
}

/**
 * The override file wins, then the scripted models' own file, then the built-in table, then the override file's default
 * prices, if it has any. Files are read once, so that one process prices one model in one way as long as it lives.
 *
 * @throws LonghaulError InvalidConfiguration when a file cannot be read.
 */
export function openPriceBook(settings: { priceFile?: string; openaiBaseUrl: string }): PriceBook {
  const override = settings.priceFile === undefined ? null : readPriceFile(settings.priceFile);
  const scripted = readPriceFile(SCRIPTED_PRICES);
  return {
    priceOf(model) {
      const { name, wire } = parseModelName(model);
      const price =
        override?.find(model) ??
        override?.find(name) ??
        scripted.find(name) ??
        builtInPrice(name, wire, settings.openaiBaseUrl) ??
        override?.fallback;
      if (!price) throw unknownPrice(model, settings.priceFile);
      return price;
    },
  };
}

function unknownPrice(model: string, priceFile: string | undefined): LonghaulError {
  const line = `models:\n  ${JSON.stringify(model)}: { input: <dollars per million tokens>, output: <dollars per million tokens> }`;
  return new LonghaulError('UnknownPrice', {
    model,
    priceFile: priceFile ?? 'a YAML file named by LONGHAUL_PRICE_FILE',
    line,
  });
}
