/** What chance is drawn for. Numbers are never reused or changed: that would be another luck for every recorded run. */
export const STREAM = {
  competitorCount: 1,
  competitorPrice: 2,
  competitorAggression: 3,
  supplierLane: 4,
  supplierLead: 5,
  supplierReliability: 6,
  supplierCost: 7,
  supplierMinimum: 8,
  competitorMoves: 9,
  competitorTarget: 10,
  deliveryDelayed: 11,
  deliveryDelayDays: 12,
  deliveryComplete: 13,
  deliveryShare: 14,
  demand: 15,
  orderQuantity: 16,
  orderCap: 17,
  orderShuffle: 18,
  eventHappens: 19,
  eventType: 20,
  eventSeverity: 21,
  eventDays: 22,
  eventProduct: 23,
  returned: 24,
  returnDays: 25,
  returnRestockable: 26,
  returnRecovery: 27,
  complaint: 28,
  supplierFloor: 29,
} as const;

const PRODUCTS_MAX = 4_096;

/** One product of one seller, as whom a draw concerns. */
export function shelfEntity(seller: number, product: number): number {
  return seller * PRODUCTS_MAX + product;
}
