import type { Skill, SkillAction } from '../../../simulation/mind/skill';
import type { MarketView, ProductView } from '../agent/view';
import { marginCents, marginShare, propose, roomOf } from './action';

/** Days of today's demand that lie on the shelf after buying. */
const COVER_DAYS = 4;

/** Buys at once what today's orders need, and three days more, as long as it sells at a profit. */
export const supplyManager: Skill<MarketView> = {
  ...{ name: 'SupplyManager', domain: 'inventory', weight: 1.2, loadMax: 4 },
  urgency: (view) => (proposals(view).length > 0 ? 0.9 : 0),
  propose: proposals,
};

function proposals(view: MarketView): SkillAction[] {
  if (view.rules.limits.instantRestock === false) return [];
  let room = roomOf(view);
  return view.products.filter(isShort).flatMap((product) => {
    const bought = restockOf(product, room);
    room -= bought.reduce((sum, { parameters }) => sum + parameters.units!, 0);
    return bought;
  });
}

function isShort({ stock, orders }: ProductView): boolean {
  return stock < orders.units;
}

function restockOf(product: ProductView, room: number): SkillAction[] {
  const { sku, orders, stock, restockCents, priceCents } = product;
  const units = Math.min(room, orders.units * COVER_DAYS - stock);
  if (units === 0 || marginCents(product, priceCents) <= 0) return [];
  return [
    propose({
      ...{ skill: 'SupplyManager', domain: 'inventory', type: 'restock', subject: sku },
      ...{ parameters: { units }, budgetCents: units * restockCents, confidence: 0.85, priority: 0.9 },
      ...{ expected: marginShare(product), reasoning: `${orders.units} units are ordered, ${stock} are in stock` },
    }),
  ];
}
