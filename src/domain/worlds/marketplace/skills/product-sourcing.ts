import type { Skill, SkillAction } from '../../../simulation/mind/skill';
import type { MarketView, ProductView } from '../agent/view';
import { inboundOf, marginShare, propose, roomOf } from './action';

const CHEAPER = 0.98;
/** Where it is not known. */
const RELIABILITY = 0.85;
/** What is missing when not all of an order arrives, on average: it is paid and lost. */
const MISSING = 0.2;
const WEEK_DAYS = 7;
const UNITS_MAX = 200;
/** Orders a week's goods from suppliers who are cheaper than buying at once, while there is still time to sell them. */
export const productSourcing: Skill<MarketView> = {
  ...{ name: 'ProductSourcing', domain: 'inventory', weight: 0.8, loadMax: 4 },
  urgency: (view) => (proposals(view).length > 0 ? 0.6 : 0),
  propose: proposals,
};

/** As many as the day allows and the warehouse can hold, one by one. */
function proposals(view: MarketView): SkillAction[] {
  const { purchasesPerDay = view.products.length } = view.rules.limits;
  const room = roomOf(view);
  const fitting = view.products
    .flatMap((product) => orderOf(view, product))
    .filter(({ parameters }) => parameters.units! <= room);
  return fitting.slice(0, purchasesPerDay);
}

type Offer = ProductView['suppliers'][number];

/** Of one unit that arrives. */
function trueCents({ costCents, reliability = RELIABILITY }: Offer): number {
  return costCents * (1 + (1 - reliability) * MISSING);
}

/** The cheapest, then the fastest, of those who deliver in time; where nothing is sold at once, whatever they ask. */
function offerFor(view: MarketView, product: ProductView): Offer | undefined {
  const { stock, orders, suppliers, restockCents, sku } = product;
  if (orders.units === 0 || inboundOf(view, sku) > 0) return undefined;
  const atOnce = view.rules.limits.instantRestock !== false;
  const good = suppliers.filter(
    (offer) =>
      (!atOnce || trueCents(offer) <= restockCents * CHEAPER) &&
      view.day + offer.leadDays + WEEK_DAYS <= view.days &&
      stock <= orders.units * (offer.leadDays + WEEK_DAYS),
  );
  return [...good].sort((a, b) => a.costCents - b.costCents || a.leadDays - b.leadDays || (a.id < b.id ? -1 : 1))[0];
}

function orderOf(view: MarketView, product: ProductView): SkillAction[] {
  const offer = offerFor(view, product);
  if (offer === undefined) return [];
  const units = Math.max(offer.minimum, Math.min(UNITS_MAX, product.orders.units * WEEK_DAYS));
  return [
    propose({
      ...{ skill: 'ProductSourcing', domain: 'inventory', type: 'place_order', subject: product.sku },
      ...{ parameters: { units }, choices: { supplierId: offer.id }, budgetCents: units * offer.costCents },
      ...{ confidence: offer.reliability ?? RELIABILITY, priority: 0.6, expected: marginShare(product) },
      reasoning: `${offer.id} asks ${offer.costCents} cents, buying at once costs ${product.restockCents}`,
    }),
  ];
}
