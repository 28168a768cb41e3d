import type { SkillAction } from '../../../simulation/mind/skill';
import { ACCEPT_ALL, SERVICE_LEVELS, type MarketDecision } from '../agent/decision';

const REASONING_CHARS_MAX = 2_000;

/** What was agreed, as the one decision of a day. All orders are taken: prices see to it that they pay. */
export function toDecision(actions: readonly SkillAction[], headline: string): MarketDecision {
  const reasons = actions.map(({ skill, type, subject, reasoning }) =>
    [`${skill}: ${type}`, ...(subject === undefined ? [] : [subject]), `(${reasoning})`].join(' '),
  );
  return {
    ...ACCEPT_ALL,
    reasoning: [headline, ...reasons].join('; ').slice(0, REASONING_CHARS_MAX),
    prices: bySku(actions, 'set_price', 'priceCents'),
    restock: bySku(actions, 'restock', 'units'),
    adSpend: bySku(actions, 'run_marketing_campaign', 'cents'),
    supplierOrders: actions
      .filter(({ type }) => type === 'place_order')
      .map(({ subject = '', parameters: { units = 0 }, choices }) => ({
        ...{ sku: subject, quantity: units },
        ...(choices.supplierId === undefined ? {} : { supplierId: choices.supplierId }),
      })),
    customerOps: Object.fromEntries(
      actions
        .filter(({ type }) => type === 'serve_customers')
        .flatMap(({ subject = '', choices }) => {
          const level = SERVICE_LEVELS.find((one) => one === choices.level);
          return level === undefined ? [] : [[subject, level]];
        }),
    ),
  };
}

function bySku(actions: readonly SkillAction[], type: string, parameter: string): Record<string, number> {
  const entries = actions.filter((action) => action.type === type && action.parameters[parameter] !== undefined);
  return Object.fromEntries(entries.map(({ subject = '', parameters }) => [subject, parameters[parameter]!]));
}
