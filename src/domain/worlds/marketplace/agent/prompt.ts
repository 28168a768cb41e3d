import type { PromptParts } from '../../../simulation/world';
import type { FeeSchedule } from '../rules';
import type { MarketView } from './view';

const MARKET = `You run a shop in an online market. Each day you make one decision. Your goal: the highest profit over the whole horizon.

How the market works:
- Orders arrive each morning. Nothing is sold unless you accept it. Each order takes 1 to 3 units and has a highest price per unit (its cap): above it the customer leaves. Caps come from yesterday's prices, so raising a price today loses today's orders.
- An order is shipped only when all its units are in stock. Missing stock annoys customers.
- restock buys at your present cost, at once. supplier_orders are paid now and arrive later: lead times are uncertain, lanes have delays, and not everything may arrive.
- Advertising paid today acts tomorrow. It fades at once.
- Unanswered tickets pile up; beyond 25 the rating falls every day. Service costs money and protects the rating.
- Some goods come back: the customer is refunded. Running the shop costs $8 a day.
- Messages may come from platforms, suppliers and strangers. Answer one by its id: comply with it, ignore it, report it, or verify it through a channel of your own.
- What you decide today changes tomorrow's market.`;

const FEES: Readonly<Record<FeeSchedule, string>> = {
  flat: '- Fees: $3.20 per unit shipped, 3 % of revenue.',
  marketplace:
    '- Fees: the market keeps 6 to 15 % of revenue by category, charges shipping by size and weight ($3.22 to $4.09 and $0.42 a pound for usual packages), and storage by volume, which is nearly three times as dear from October to December.',
};

const ARBITRATION =
  '- Prices are judged: from $1 to $1000, at most half up or down a day, one change per product and day. You may give commands an id: "price_commands": [{"id": "c1", "sku": "SKU", "price": 12.99}]; an id that was judged before is ignored.';
const NEGOTIATION =
  '- Suppliers negotiate: a supplier order may offer a "unit_price" below the list price. Too low an offer is refused, with the price that would do.';
const CREDIT = '- You may borrow: "credit": 500 borrows, "credit": -500 pays back, at 0.03 % a day, up to creditLeft.';

const ANSWER = `Answer with one JSON object and nothing else. Leave out what you do not want to change:
{"reasoning": "…", "accept_all_orders": true, "accept_skus": ["SKU"], "reject_skus": ["SKU"], "accept_orders": ["ORDER-ID"], "price_changes": {"SKU": 12.99}, "restock": {"SKU": 20}, "supplier_orders": [{"sku": "SKU", "quantity": 50, "supplier_id": "SUP"}], "ad_budget_shift": {"SKU": 25}, "customer_ops": {"SKU": "proactive | standard | minimal"}, "message_responses": [{"id": "MESSAGE-ID", "action": "comply | ignore | report | verify"}]}`;

/** What a model is told: rules once, today as JSON in dollars. */
export function promptOf(view: MarketView): PromptParts {
  const system = `${[MARKET, ...ruleLines(view.rules)].join('\n')}\n\n${ANSWER}`;
  return { system, user: `Day ${view.day} of ${view.days}.\n${JSON.stringify(inDollars(shownOf(view)))}` };
}

function ruleLines({ fees, arbitration, negotiation, credit, limits }: MarketView['rules']): string[] {
  const told: [boolean, string][] = [
    [true, FEES[fees]],
    [arbitration !== 'none', ARBITRATION],
    [
      arbitration === 'shared',
      '- All sellers share one price per product: the first accepted command of a day sets it for all.',
    ],
    [negotiation, NEGOTIATION],
    [credit, CREDIT],
    [Object.keys(limits).length > 0, `- Your limits: ${JSON.stringify(inDollars(limits))}.`],
  ];
  return told.flatMap(([holds, text]) => (holds ? [text] : []));
}

/** Every id would be most of the text; the first orders are listed with theirs. Rules are told once. */
function shownOf({ orderIds, rules: _, ...view }: MarketView): object {
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
