import type { Skill, SkillAction } from '../../../simulation/mind/skill';
import type { ServiceLevel } from '../agent/decision';
import type { MarketView, ProductView } from '../agent/view';
import { propose } from './action';

const LONG_BACKLOG = 15;
const POOR_RATING = 4.2;
/** Below it a day more does no harm. */
const BACKLOG_MIN = 8;

/** Share of the backlog that a level answers, and what a ticket costs. */
const COSTS: Readonly<Record<'proactive' | 'standard', { share: number; centsPerTicket: number }>> = {
  proactive: { share: 0.6, centsPerTicket: 75 },
  standard: { share: 0.3, centsPerTicket: 40 },
};

/** Answers tickets before they cost the rating; more of them where it has already suffered. */
export const customerService: Skill<MarketView> = {
  ...{ name: 'CustomerService', domain: 'service', weight: 0.9, loadMax: 3 },
  urgency: ({ products }) => Math.max(0, ...products.flatMap(serviceFor).map(({ priority }) => priority)),
  propose: ({ products }) => products.flatMap(serviceFor),
};

function serviceFor({ sku, backlog, rating }: ProductView): SkillAction[] {
  if (backlog < BACKLOG_MIN) return [];
  const pressing = backlog > LONG_BACKLOG || rating < POOR_RATING;
  const level: ServiceLevel & keyof typeof COSTS = pressing ? 'proactive' : 'standard';
  const { share, centsPerTicket } = COSTS[level];
  return [
    propose({
      ...{ skill: 'CustomerService', domain: 'service', type: 'serve_customers', subject: sku, choices: { level } },
      ...{ budgetCents: Math.ceil(backlog * share) * centsPerTicket, confidence: 0.8, priority: pressing ? 0.8 : 0.4 },
      ...{ expected: pressing ? 0.6 : 0.3, reasoning: `${backlog} tickets wait, rated ${rating.toFixed(1)}` },
    }),
  ];
}
