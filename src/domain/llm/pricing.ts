import { assert, present } from '../kernel/assert';
import type { MicroUsd } from '../kernel/money';
import type { Usage } from './chat';
import { divideUp } from './decimal-price';

/** Rates of one tier in micro-USD per million tokens, integers. */
export interface PriceTier {
  /** The tier holds for a request of at least this many input tokens, for all of its tokens. The first tier has 0. */
  fromInputTokens: number;
  input: number;
  cachedInput: number;
  cacheWriteInput: number;
  output: number;
}

export interface Price {
  /** Where the price comes from, for people: `genai-prices 0.1.8`, `scripted.yaml 2026-11-20`. */
  source: string;
  /** Ascending by `fromInputTokens`. */
  tiers: PriceTier[];
}

const TOKENS_PER_RATE = 1_000_000n;

/** What `usage` costs, rounded up once, in integer micro-USD. Exact: integers throughout, no floating point. */
export function costOf(price: Price, usage: Usage): MicroUsd {
  const cached = usage.cachedInputTokens ?? 0;
  const written = usage.cacheWriteInputTokens ?? 0;
  const plain = usage.inputTokens - cached - written;
  assert(
    plain >= 0,
    `costOf: ${cached} cached and ${written} written tokens are more than ${usage.inputTokens} input tokens`,
  );
  const tier = tierFor(price, usage.inputTokens);
  return toMicroUsd([
    [plain, tier.input],
    [cached, tier.cachedInput],
    [written, tier.cacheWriteInput],
    [usage.outputTokens, tier.output],
  ]);
}

/**
 * The most that a request can cost: every input token at its dearest rate, the whole `maxTokens`, and the dearest tier
 * that a request of up to `inputTokens` can fall into (a long-context tier doubles the price of every token).
 */
export function worstCaseCost(price: Price, inputTokens: number, maxTokens: number): MicroUsd {
  const reachable = price.tiers.filter((tier) => tier.fromInputTokens <= inputTokens);
  assert(reachable.length > 0, `worstCaseCost: ${price.source} has no tier from 0 tokens`);
  const costs = reachable.map((tier) =>
    toMicroUsd([
      [inputTokens, Math.max(tier.input, tier.cachedInput, tier.cacheWriteInput)],
      [maxTokens, tier.output],
    ]),
  );
  return Math.max(...costs);
}

function tierFor(price: Price, inputTokens: number): PriceTier {
  return present(
    price.tiers.findLast((tier) => tier.fromInputTokens <= inputTokens),
    `costOf: ${price.source} has no tier for ${inputTokens} input tokens`,
  );
}

function toMicroUsd(parts: [tokens: number, rate: number][]): MicroUsd {
  const total = parts.reduce((sum, [tokens, rate]) => sum + BigInt(tokens) * BigInt(rate), 0n);
  const cost = divideUp(total, TOKENS_PER_RATE);
  assert(cost <= BigInt(Number.MAX_SAFE_INTEGER), `cost of ${cost} micro-USD is out of range`);
  return Number(cost);
}
