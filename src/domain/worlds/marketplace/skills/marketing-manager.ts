import type { Skill, SkillAction } from '../../../simulation/mind/skill';
import type { MarketView, ProductView } from '../agent/view';
import { share } from '../money/cents';
import { averageRivalCents, inboundOf, marginCents, marginShare, propose } from './action';

/** Doubles tomorrow's visitors; half of it brings half as many more. */
const FULL_CENTS = 22_000;
const SPEND_CENTS = 11_000;
const WORTHWHILE = 1.15;
const DEARER = 1.05;
const CUT_MAX = 0.9;
const OVERSTOCK_DAYS = 10;

/** Advertises what earns more than the advertising costs, and follows the competitors down where too much lies about. */
export const marketingManager: Skill<MarketView> = {
  ...{ name: 'MarketingManager', domain: 'marketing', weight: 1, loadMax: 3 },
  urgency: (view) => Math.max(0, ...proposals(view).map(({ priority }) => priority)),
  propose: proposals,
};

function proposals(view: MarketView): SkillAction[] {
  return view.products.flatMap((product) => [...campaignFor(view, product), ...cutOf(product)]);
}

function campaignFor(view: MarketView, product: ProductView): SkillAction[] {
  const { sku, orders, stock, priceCents } = product;
  const moreCents = (orders.units * marginCents(product, priceCents) * SPEND_CENTS) / FULL_CENTS;
  const enough = stock + inboundOf(view, sku) >= orders.units * 2;
  if (!enough || moreCents < SPEND_CENTS * WORTHWHILE || view.day >= view.days) return [];
  return [
    propose({
      ...{ skill: 'MarketingManager', domain: 'marketing', type: 'run_marketing_campaign', subject: sku },
      ...{ parameters: { cents: SPEND_CENTS }, budgetCents: SPEND_CENTS, confidence: 0.7, priority: 0.6 },
      ...{
        expected: marginShare(product),
        reasoning: `half as many visitors more would bring ${share(moreCents, 1)} cents`,
      },
    }),
  ];
}

function cutOf(product: ProductView): SkillAction[] {
  const { sku, orders, stock, priceCents } = product;
  const rival = averageRivalCents(product);
  const wanted = share(Math.max(rival, priceCents * CUT_MAX), 1);
  const overstocked = stock > orders.units * OVERSTOCK_DAYS;
  if (!overstocked || priceCents <= rival * DEARER || marginCents(product, wanted) <= 0) return [];
  return [
    propose({
      ...{ skill: 'MarketingManager', domain: 'marketing', type: 'set_price', subject: sku },
      ...{ parameters: { priceCents: wanted }, confidence: 0.65, priority: 0.55, expected: 0.3 },
      reasoning: `${stock} units lie about and competitors ask ${share(rival, 1)} cents`,
    }),
  ];
}
