/** How well customers of one product are looked after today. */
export const SERVICE_LEVELS = ['proactive', 'standard', 'minimal'] as const;
export type ServiceLevel = (typeof SERVICE_LEVELS)[number];

export interface SupplierOrder {
  sku: string;
  quantity: number;
  supplierId?: string;
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
  /** Units to buy at today's cost, at once. */
  restock: Record<string, number>;
  supplierOrders: SupplierOrder[];
  /** By SKU, in cents. */
  adSpend: Record<string, number>;
  customerOps: Record<string, ServiceLevel>;
}

/** Takes every order at the prices that stand. What a seller does whose agent failed. */
export const ACCEPT_ALL: MarketDecision = {
  reasoning: 'Fallback: accept all orders, change nothing.',
  acceptAllOrders: true,
  acceptSkus: [],
  rejectSkus: [],
  acceptOrders: [],
  prices: {},
  restock: {},
  supplierOrders: [],
  adSpend: {},
  customerOps: {},
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
