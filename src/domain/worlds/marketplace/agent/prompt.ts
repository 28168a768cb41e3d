import type { PromptParts } from '../../../simulation/world';
import type { MarketView } from './view';

const SYSTEM = `You run a shop in an online market. Each day you make one decision. Your goal: the highest profit over the whole horizon.

How the market works:
- Orders arrive each morning. Nothing is sold unless you accept it. Each order takes 1 to 3 units and has a highest price per unit (its cap): above it the customer leaves. Caps come from yesterday's prices, so raising a price today loses today's orders.
- An order is shipped only when all its units are in stock. Missing stock annoys customers.
- restock buys at your present cost, at once. supplier_orders are paid now and arrive later: lead times are uncertain, lanes have delays, and not everything may arrive.
- Advertising paid today acts tomorrow. It fades at once.
- Unanswered tickets pile up; beyond 25 the rating falls every day. Service costs money and protects the rating.
- Fees: $3.20 per unit shipped, 3 % of revenue, $8 a day. Some goods come back: the customer is refunded.
- What you decide today changes tomorrow's market.

Answer with one JSON object and nothing else. Leave out what you do not want to change:
{"reasoning": "…", "accept_all_orders": true, "accept_skus": ["SKU"], "reject_skus": ["SKU"], "accept_orders": ["ORDER-ID"], "price_changes": {"SKU": 12.99}, "restock": {"SKU": 20}, "supplier_orders": [{"sku": "SKU", "quantity": 50, "supplier_id": "SUP"}], "ad_budget_shift": {"SKU": 25}, "customer_ops": {"SKU": "proactive | standard | minimal"}}`;

/** What a model is told: rules once, today as JSON in dollars. */
export function promptOf(view: MarketView): PromptParts {
  return { system: SYSTEM, user: `Day ${view.day} of ${view.days}.\n${JSON.stringify(inDollars(shownOf(view)))}` };
}

/** Every id would be most of the text; the first orders are listed with theirs. */
function shownOf({ orderIds, ...view }: MarketView): object {
  return { ...view, orderCount: orderIds.length };
}

/** Names that end in `Cents` lose the ending and their values become dollars. */
function inDollars(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inDollars);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) =>
      key.endsWith('Cents') ? [key.slice(0, -5), toDollars(part)] : [key, inDollars(part)],
    ),
  );
}

function toDollars(cents: unknown): unknown {
  if (Array.isArray(cents)) return cents.map(toDollars);
  return typeof cents === 'number' ? cents / 100 : inDollars(cents);
}
