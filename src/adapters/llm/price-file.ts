import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LonghaulError } from '../../domain/kernel/errors';
import { messageOf } from '../../domain/kernel/message-of';
import { microUsdPerMtok } from '../../domain/llm/decimal-price';
import { estimated, priceOfThousand } from '../../domain/llm/per-thousand-price';
import type { Price, PriceTier } from '../../domain/llm/pricing';

/** Dollars per million tokens; up to $100,000, which is a typing error long before it is a price. */
const rate = z.number().min(0).max(100_000);
const rates = { input: rate, output: rate, cachedInput: rate.optional(), cacheWriteInput: rate.optional() };
const entry = z.strictObject({
  ...rates,
  tiers: z
    .array(z.strictObject({ fromInputTokens: z.number().int().positive(), ...rates }))
    .max(20)
    .default([]),
});
/** Dollars per 1,000 tokens. */
const perThousand = z.number().min(0).max(100);
const priceFileSchema = z
  .strictObject({
    version: z.union([z.string().min(1).max(40), z.number()]).default('unversioned'),
    models: z.record(z.string().min(1).max(200), entry).default({}),
    modelCosts: z
      .record(z.string().min(1).max(200), z.strictObject({ input: perThousand, output: perThousand }))
      .default({}),
    defaultInputCost: perThousand.optional(),
    defaultOutputCost: perThousand.optional(),
  })
  .refine((file) => (file.defaultInputCost === undefined) === (file.defaultOutputCost === undefined), {
    path: ['defaultOutputCost'],
    error: 'defaultInputCost and defaultOutputCost come together.',
  });

type Rates = z.infer<z.ZodObject<typeof rates>>;

export interface PriceFile {
  /** Exact name first, then the longest matching `prefix*`. */
  find(model: string): Price | null;
  /** For models that no table knows; every attempt at this price is flagged as estimated. */
  readonly fallback: Price | null;
}

/** @throws LonghaulError InvalidConfiguration that names the file and every problem in it. */
export function readPriceFile(path: string): PriceFile {
  const result = priceFileSchema.safeParse(readYaml(path));
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
    throw new LonghaulError('InvalidConfiguration', { detail: `price file ${path}: ${problems.join('; ')}` });
  }
  const source = `${basename(path)} ${result.data.version}`;
  const { models, modelCosts, defaultInputCost: input, defaultOutputCost: output } = result.data;
  const prices = new Map([
    ...Object.entries(modelCosts).map(([name, cost]) => [name, priceOfThousand(source, cost)] as const),
    ...Object.entries(models).map(([name, item]) => [name, toPrice(source, item)] as const),
  ]);
  const prefixes = [...prices.keys()].filter((name) => name.endsWith('*')).sort((a, b) => b.length - a.length);
  return {
    fallback:
      input === undefined || output === undefined ? null : estimated(priceOfThousand(source, { input, output })),
    find: (model) =>
      prices.get(model) ?? prices.get(prefixes.find((prefix) => model.startsWith(prefix.slice(0, -1))) ?? '') ?? null,
  };
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const detail = messageOf(error);
    throw new LonghaulError('InvalidConfiguration', { detail: `price file ${path} cannot be read: ${detail}` });
  }
}

function toPrice(source: string, item: z.infer<typeof entry>): Price {
  const tiers = item.tiers
    .map((tier) => toTier(tier.fromInputTokens, tier))
    .sort((a, b) => a.fromInputTokens - b.fromInputTokens);
  return { source, tiers: [toTier(0, item), ...tiers] };
}

/** Without a rate of their own, cached and cache-writing tokens cost what input costs. */
function toTier(fromInputTokens: number, { input, cachedInput, cacheWriteInput, output }: Rates): PriceTier {
  return {
    fromInputTokens,
    input: microUsdPerMtok(input),
    cachedInput: microUsdPerMtok(cachedInput ?? input),
    cacheWriteInput: microUsdPerMtok(cacheWriteInput ?? input),
    output: microUsdPerMtok(output),
  };
}
