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
