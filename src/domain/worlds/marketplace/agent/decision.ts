import type { MessageResponse } from '../inbox/message';

/** How well customers of one product are looked after today. */
export const SERVICE_LEVELS = ['proactive', 'standard', 'minimal'] as const;
export type ServiceLevel = (typeof SERVICE_LEVELS)[number];

export interface SupplierOrder {
  sku: string;
  quantity: number;
  supplierId?: string;
  /** What is offered per unit, where suppliers negotiate; their list price when left out. */
  offerCents?: number;
}

/** A price with an id, where the market arbitrates. An id that was judged before is ignored. */
export interface PriceCommand {
  id: string;
  sku: string;
  priceCents: number;
}

/** What one seller does today, as far as it was understood. Nothing is accepted by default. */
export interface MarketDecision {
  reasoning: string;
  acceptAllOrders: boolean;
  acceptSkus: string[];
  rejectSkus: string[];
  acceptOrders: string[];
  /** By SKU, in cents. */
  prices: Record<string, number>;
  /** Where the market arbitrates: judged in this order, before `prices`. */
  priceCommands: PriceCommand[];
  /** Units to buy at today's cost, at once. */
  restock: Record<string, number>;
  supplierOrders: SupplierOrder[];
  /** By SKU, in cents. */
  adSpend: Record<string, number>;
  customerOps: Record<string, ServiceLevel>;
  /** Each message once. */
  messageResponses: MessageResponse[];
  /** Cents to borrow; below 0 to pay back. */
  creditCents: number;
}

/** Takes every order at the prices that stand. What a seller does whose agent failed. */
export const ACCEPT_ALL: MarketDecision = {
  reasoning: 'Fallback: accept all orders, change nothing.',
  acceptAllOrders: true,
  acceptSkus: [],
  rejectSkus: [],
  acceptOrders: [],
  prices: {},
  priceCommands: [],
  restock: {},
  supplierOrders: [],
  adSpend: {},
  customerOps: {},
  messageResponses: [],
  creditCents: 0,
};

/**
 * What goes on while nobody is asked: which orders are taken and how customers are looked after. Prices stand anyway;
 * purchases and advertising were orders for one day.
 */
export function standingOrders({
  acceptAllOrders,
  acceptSkus,
  rejectSkus,
  customerOps,
}: MarketDecision): MarketDecision {
  return {
    ...ACCEPT_ALL,
    reasoning: 'Standing orders: nobody was asked.',
    acceptAllOrders,
    acceptSkus,
    rejectSkus,
    customerOps,
  };
}
