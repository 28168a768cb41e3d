import { z } from 'zod';

/** Upper bounds of a definition: a market of this size still plays hundreds of days a second. */
export const SCENARIO_LIMITS = {
  definitionCharsMax: 256 * 1024,
  descriptionCharsMax: 4_096,
  labelCharsMax: 128,
  daysMax: 3_650,
  productsMax: 64,
  sellersMax: 16,
  eventsMax: 100,
  suppliersMax: 256,
  stockMax: 1_000_000,
  /** Every order is an object: with more a day would not fit into memory. */
  baseDemandMax: 200,
  priceUsdMax: 10_000,
  capitalUsdMax: 100_000_000,
  debtRatioMax: 0.9,
  factorMax: 1_000,
  criteriaMax: 32,
} as const;

export const skuText = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,32}$/, 'Expected up to 32 letters, digits, "_" and "-".')
  .refine((text) => text !== '__proto__', "This name can reach an object's prototype. Choose another.");

export const productList = z.array(skuText).min(1).max(SCENARIO_LIMITS.productsMax);

export const durationDays = z.number().int().min(1).max(SCENARIO_LIMITS.daysMax);

export function usd(min: number, max: number, about: string) {
  return z.number().min(min).max(max).describe(`${about} US dollars.`);
}

/** More than nothing: a factor of 0 would end the market rather than change it. */
export function factor(about: string) {
  return z.number().gt(0).max(SCENARIO_LIMITS.factorMax).describe(about);
}
