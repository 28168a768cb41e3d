import { ACCEPT_ALL, type MarketDecision } from '../agent/decision';
import type { MarketView, ProductView } from '../agent/view';
import { share } from '../money/cents';

const UNDERCUT = 0.99;
const MARGIN_FLOOR = 1.05;
/** A change that nobody would notice is not made. */
const NOTICEABLE = 0.001;
const REORDER_AT = 10;
const REORDER_TO = 50;

/** One percent below the cheapest competitor, never below cost; buys again when the shelf is nearly empty. */
export function greedyScript({ products }: MarketView): MarketDecision {
  return {
    ...ACCEPT_ALL,
    reasoning: 'Undercut by one percent, restock at ten.',
    prices: Object.fromEntries(products.flatMap(priceOf)),
    restock: Object.fromEntries(
      products.filter(({ stock }) => stock <= REORDER_AT).map(({ sku, stock }) => [sku, REORDER_TO - stock]),
    ),
  };
}

function priceOf({ sku, costCents, priceCents, competitorsCents }: ProductView): [string, number][] {
  const wanted = share(Math.min(...competitorsCents), UNDERCUT);
  const price = wanted < costCents ? share(costCents, MARGIN_FLOOR) : wanted;
  return Math.abs(price - priceCents) < priceCents * NOTICEABLE ? [] : [[sku, price]];
}
