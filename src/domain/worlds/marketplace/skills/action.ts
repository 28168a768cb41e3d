import type { SkillAction } from '../../../simulation/mind/skill';
import type { MarketView, ProductView } from '../agent/view';

/** What the skills of a seller can propose. The last two do nothing by themselves: they keep others from spending. */
export type MarketAction =
  | 'set_price'
  | 'restock'
  | 'place_order'
  | 'run_marketing_campaign'
  | 'serve_customers'
  | 'implement_cost_reduction'
  | 'reduce_campaign_spend';

export const EXCLUSIVE: readonly (readonly [MarketAction, MarketAction])[] = [
  ['place_order', 'implement_cost_reduction'],
  ['run_marketing_campaign', 'reduce_campaign_spend'],
];

type Rest = 'parameters' | 'choices' | 'budgetCents' | 'tokens';
type Proposal = Omit<SkillAction, 'type' | Rest> & { type: MarketAction } & Partial<Pick<SkillAction, Rest>>;

/** A proposal; what it leaves out is nothing. */
export function propose(proposal: Proposal): SkillAction {
  return { parameters: {}, choices: {}, budgetCents: 0, tokens: 0, ...proposal };
}

const FULFILMENT_CENTS = 320;
const PAYMENT_SHARE = 0.03;

/** What is left of one unit at this price: without what it costs to buy, to ship and to be paid. */
export function marginCents({ restockCents }: ProductView, priceCents: number): number {
  return Math.floor(priceCents * (1 - PAYMENT_SHARE)) - FULFILMENT_CENTS - restockCents;
}

/** Of the price, 0 to 1. */
export function marginShare(product: ProductView): number {
  return Math.min(1, Math.max(0, marginCents(product, product.priceCents) / product.priceCents));
}

export function inboundOf({ inbound }: MarketView, sku: string): number {
  return inbound.reduce((sum, order) => sum + (order.sku === sku ? order.quantity : 0), 0);
}

/** Units that still fit into the warehouse when everything on the way has come. */
export function roomOf({ rules, products, inbound }: MarketView): number {
  const { warehouseUnits = Number.MAX_SAFE_INTEGER } = rules.limits;
  const coming = inbound.reduce((sum, { quantity }) => sum + quantity, 0);
  return Math.max(
    0,
    products.reduce((left, { stock }) => left - stock, warehouseUnits - coming),
  );
}

export function averageRivalCents({ competitorsCents, priceCents }: ProductView): number {
  if (competitorsCents.length === 0) return priceCents;
  return competitorsCents.reduce((sum, cents) => sum + cents, 0) / competitorsCents.length;
}
