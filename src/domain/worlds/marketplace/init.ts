import { assert } from '../../kernel/assert';
import { Chance } from '../../simulation/chance/chance';
import { openBooks } from './money/books';
import { NOTHING_YET } from './sales/day-results';
import { assertKnownProducts } from './scenario';
import type { MarketScenario, MarketState, SellerState } from './state';
import { drawCompetitors } from './supply/competitors';
import { drawSuppliers } from './supply/suppliers';

const OPENING_RATING = 4.5;

export function init(scenario: MarketScenario, seed: number): MarketState {
  const { catalogue, sellers } = scenario;
  assert(sellers.length > 0, 'marketplace: a market needs a seller');
  assert(new Set(sellers).size === sellers.length, `marketplace: sellers have the same name: ${sellers.join(', ')}`);
  assertKnownProducts(scenario);
  const chance = new Chance(seed);
  return {
    seed,
    scenario,
    day: 0,
    products: catalogue.map(({ sku, priceCents, costCents }, product) => ({
      demandMultiplier: 1,
      competitors: drawCompetitors(chance, product, priceCents),
      suppliers: drawSuppliers(chance, product, sku, costCents),
    })),
    sellers: sellers.map((id) => openSeller(scenario, id)),
    events: [],
  };
}

function openSeller({ catalogue, startCashCents }: MarketScenario, id: string): SellerState {
  const inventoryCents = catalogue.reduce((sum, { costCents, stock }) => sum + costCents * stock, 0);
  return {
    id,
    shelves: catalogue.map(({ priceCents, costCents, stock }) => ({
      ...{ priceCents, costCents, stock, rating: OPENING_RATING },
      ...{ adBoost: 1, nextAdBoost: 1, backlog: 0, purchasesPlaced: 0 },
    })),
    purchases: [],
    returns: [],
    orders: [],
    books: openBooks(startCashCents, inventoryCents),
    today: NOTHING_YET,
    yesterday: NOTHING_YET,
    history: [],
  };
}
