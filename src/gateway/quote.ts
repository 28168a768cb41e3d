import type { Provider } from '../adapters/llm/provider';
import type { ChatRequest } from '../domain/llm/chat';
import { priceVersionOf } from '../domain/llm/price-version';
import { worstCaseCost, type Price } from '../domain/llm/pricing';
import { requestHash } from '../domain/llm/request';
import type { MicroUsd } from '../domain/kernel/money';
import type { GatewayDeps } from './deps';

/** All that is known of a call before anybody is asked. */
export interface Quote {
  provider: Provider;
  price: Price;
  priceVersion: string;
  requestHash: string;
  /** An upper bound. */
  inputTokens: number;
  worstCaseMicroUsd: MicroUsd;
}

/** @throws LonghaulError UnknownModel | UnknownPrice */
export async function quoteOf(
  { providers, prices, countInputTokens }: GatewayDeps,
  request: ChatRequest,
): Promise<Quote> {
  const provider = providers.providerFor(request.model);
  const price = prices.priceOf(request.model);
  const inputTokens = await countInputTokens(request);
  return {
    provider,
    price,
    priceVersion: priceVersionOf(price),
    requestHash: requestHash(provider.name, request),
    inputTokens,
    worstCaseMicroUsd: worstCaseCost(price, inputTokens, request.maxTokens),
  };
}
