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
  adversarial: [],
  shifts: [],
  seasonality: true,
  competition: 'normal',
  rivalry: 'rivals',
  fees: 'flat',
  arbitration: 'none',
  negotiation: false,
  information: 'full',
  debtRatioMax: 0,
  limits: {},
  suppliers: [],
  terms: {},
};

/** Whether this seller has this product of the catalogue. */
export function sells({ terms, catalogue }: MarketScenario, seller: string, product: number): boolean {
  const skus = Object.hasOwn(terms, seller) ? terms[seller]!.skus : undefined;
  return skus === undefined || skus.includes(catalogue[product]!.sku);
}

/** @throws InvariantError when an event, a supplier or a seller's choice concerns a product that is not in the catalogue */
export function assertKnownProducts(scenario: MarketScenario): void {
  const known = new Set(scenario.catalogue.map(({ sku }) => sku));
  const named = [
    ...scenario.scheduledEvents.map(({ sku }) => sku),
    ...scenario.suppliers.map(({ sku }) => sku),
    ...scenario.shifts.flatMap(({ skus }) => skus ?? []),
    ...Object.values(scenario.terms).flatMap(({ skus }) => skus ?? []),
  ];
  const unknown = named.find((sku) => !known.has(sku));
  assert(unknown === undefined, `marketplace: the scenario speaks of ${unknown}, which nobody sells`);
}
