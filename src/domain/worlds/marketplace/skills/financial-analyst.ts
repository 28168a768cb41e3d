import type { Skill, SkillAction } from '../../../simulation/mind/skill';
import type { MarketView, ProductView } from '../agent/view';
import { share } from '../money/cents';
import { averageRivalCents, marginCents, marginShare, propose } from './action';

const LOW_CASH_CENTS = 100_000;
const THIN_MARGIN = 0.1;
const STEP = 1.05;
/** Of what competitors ask on average: a little dearer loses less than it brings. */
const DEAR_ENOUGH = 1.1;

/** Watches margins and cash: raises prices that hardly earn or that the market would bear, and stops spending when cash is low. */
export const financialAnalyst: Skill<MarketView> = {
  ...{ name: 'FinancialAnalyst', domain: 'finance', weight: 1.1, loadMax: 4 },
  urgency: (view) => Math.max(0, ...proposals(view).map(({ priority }) => priority)),
  propose: proposals,
};

function proposals(view: MarketView): SkillAction[] {
  return [...savingsOf(view), ...view.products.flatMap(raiseOf)];
}

function savingsOf({ cashCents }: MarketView): SkillAction[] {
  if (cashCents >= LOW_CASH_CENTS) return [];
  const saving = { skill: 'FinancialAnalyst', domain: 'finance', confidence: 0.9, priority: 1, expected: 0.5 };
  const reasoning = `${cashCents} cents are left`;
  return [
    propose({ ...saving, type: 'implement_cost_reduction', reasoning }),
    propose({ ...saving, type: 'reduce_campaign_spend', reasoning }),
  ];
}

/** Five percent a day at most: a rise loses orders of the same day. */
function raiseOf(product: ProductView): SkillAction[] {
  const { sku, priceCents, demandTrend } = product;
  const thin = marginShare(product) < THIN_MARGIN;
  const bears = demandTrend === 'high' || priceCents < averageRivalCents(product) * DEAR_ENOUGH;
  if (!thin && !bears) return [];
  const most = share(priceCents, STEP);
  const wanted = thin || demandTrend === 'high' ? most : Math.min(most, share(averageRivalCents(product), DEAR_ENOUGH));
  if (wanted <= priceCents) return [];
  return [
    propose({
      ...{ skill: 'FinancialAnalyst', domain: 'finance', type: 'set_price', subject: sku },
      ...{ parameters: { priceCents: wanted }, confidence: 0.75, priority: thin ? 0.8 : 0.5, expected: 0.5 },
      reasoning: thin
        ? `a unit earns ${marginCents(product, priceCents)} cents`
        : `the market would pay ${wanted} cents, ${priceCents} are asked`,
    }),
  ];
}
