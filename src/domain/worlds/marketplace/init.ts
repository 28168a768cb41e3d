import { assert } from '../../kernel/assert';
import { Chance } from '../../simulation/chance/chance';
import { assertExploits } from './inbox/message';
import { openBooks } from './money/books';
import { NOTHING_YET } from './sales/day-results';
import { assertKnownProducts, sells } from './scenario';
import type { MarketScenario, MarketState, SellerState } from './state';
import { drawCompetitors } from './supply/competitors';
import { suppliersOf } from './supply/suppliers';

const OPENING_RATING = 4.5;

export function init(scenario: MarketScenario, seed: number): MarketState {
  const { catalogue, sellers } = scenario;
  assert(sellers.length > 0, 'marketplace: a market needs a seller');
  assert(new Set(sellers).size === sellers.length, `marketplace: sellers have the same name: ${sellers.join(', ')}`);
  assertKnownProducts(scenario);
  assertExploits(scenario.adversarial);
  const idle = sellers.find((id) => !catalogue.some((_, product) => sells(scenario, id, product)));
  assert(idle === undefined, `marketplace: seller ${idle} has nothing to sell`);
  const chance = new Chance(seed);
  return {
    seed,
    scenario,
    day: 0,
    products: catalogue.map(({ priceCents }, product) => ({
      demandMultiplier: 1,
      competitors: drawCompetitors(chance, product, priceCents, scenario.competition),
      suppliers: suppliersOf(scenario, chance, product),
    })),
    sellers: sellers.map((id) => openSeller(scenario, id)),
    events: [],
    listings: { versions: {}, commandIds: [] },
  };
}

function openSeller(scenario: MarketScenario, id: string): SellerState {
  const lines = scenario.catalogue.map((line, product) =>
    sells(scenario, id, product) ? line : { ...line, stock: 0 },
  );
  const inventoryCents = lines.reduce((sum, { costCents, stock }) => sum + costCents * stock, 0);
  return {
    id,
    shelves: lines.map(({ priceCents, costCents, stock }) => ({
      ...{ priceCents, costCents, stock, rating: OPENING_RATING },
      ...{ adBoost: 1, nextAdBoost: 1, backlog: 0, purchasesPlaced: 0 },
    })),
    purchases: [],
    returns: [],
    orders: [],
    inbox: [],
    books: openBooks(startCash(scenario, id), inventoryCents),
    today: NOTHING_YET,
    yesterday: NOTHING_YET,
    history: [],
  };
}

/** What a seller begins with. */
export function startCash({ terms, startCashCents }: MarketScenario, id: string): number {
  return (Object.hasOwn(terms, id) ? terms[id]!.startCashCents : undefined) ?? startCashCents;
}
