import { assert } from '../../kernel/assert';
import { CATALOGUE } from './catalogue';
import type { MarketScenario } from './state';

/** The standard market: 180 days, one seller with $10,000 and the whole catalogue. */
export const STANDARD_MARKET: MarketScenario = {
  days: 180,
  startCashCents: 1_000_000,
  sellers: ['seller'],
  catalogue: CATALOGUE,
  eventProbability: 0.05,
  demandFactor: 1,
  scheduledEvents: [],
};

/** @throws InvariantError when an event concerns a product that nobody sells */
export function assertKnownProducts({ catalogue, scheduledEvents }: MarketScenario): void {
  const unknown = scheduledEvents.find(({ sku }) => !catalogue.some((product) => product.sku === sku));
  assert(!unknown, `marketplace: an event is for ${unknown?.sku}, which nobody sells`);
}
