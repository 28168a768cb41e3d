import { ACCEPT_ALL, type MarketDecision } from '../agent/decision';
import type { MarketView, ProductView } from '../agent/view';
import { clamp, share } from '../money/cents';

const LOW_CONVERSION = 0.05;
const HIGH_CONVERSION = 0.2;
const STEP = 0.05;
/** Of the price that the competitors ask on average: the bot never wanders off. */
const MOVE_MAX = 0.2;
const REORDER_AT = 10;
const REORDER_TO = 50;

/**
 * Moves all prices by five percent with the conversion of the day before: down when hardly anybody bought, up when many
 * did. Within a fifth of the competitors' average.
 */
export function baselineV1(view: MarketView): MarketDecision {
  const factor = factorOf(view);
  return {
    ...ACCEPT_ALL,
    reasoning: `Prices × ${factor}.`,
    prices:
      factor === 1 ? {} : Object.fromEntries(view.products.map((product) => [product.sku, moved(product, factor)])),
    restock: Object.fromEntries(
      view.products.filter(({ stock }) => stock <= REORDER_AT).map(({ sku, stock }) => [sku, REORDER_TO - stock]),
    ),
  };
}

function factorOf({ yesterday: { ordersReceived, ordersFulfilled } }: MarketView): number {
  if (ordersReceived === 0) return 1;
  const conversion = ordersFulfilled / ordersReceived;
  if (conversion < LOW_CONVERSION) return 1 - STEP;
  return conversion > HIGH_CONVERSION ? 1 + STEP : 1;
}

function moved({ priceCents, competitorsCents }: ProductView, factor: number): number {
  const average = competitorsCents.reduce((sum, cents) => sum + cents, 0) / competitorsCents.length;
  return share(clamp(priceCents * factor, average * (1 - MOVE_MAX), average * (1 + MOVE_MAX)), 1);
}
