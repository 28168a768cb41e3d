import type { MarketDecision } from './decision';

/** How often a decision orders each thing. Taking orders is not counted: it is what sellers are asked for. */
const COUNTS = {
  set_price: ({ prices, priceCommands }) => sizeOf(prices) + priceCommands.length,
  restock: ({ restock }) => sizeOf(restock),
  place_order: ({ supplierOrders }) => supplierOrders.length,
  advertise: ({ adSpend }) => sizeOf(adSpend),
  serve_customers: ({ customerOps }) => sizeOf(customerOps),
  answer_message: ({ messageResponses }) => messageResponses.length,
  use_credit: ({ creditCents }) => (creditCents === 0 ? 0 : 1),
} as const satisfies Record<string, (decision: MarketDecision) => number>;

export const MARKET_TOOLS = Object.keys(COUNTS);

/** What a decision orders, one name for each time. */
export function toolCalls(decision: MarketDecision): string[] {
  return Object.entries(COUNTS).flatMap(([tool, timesIn]) => Array<string>(timesIn(decision)).fill(tool));
}

function sizeOf(orders: object): number {
  return Object.keys(orders).length;
}
