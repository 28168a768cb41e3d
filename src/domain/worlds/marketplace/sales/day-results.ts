import type { DayFigures, DayResults, SellerState } from '../state';

/** How many days an agent sees of itself. */
const HISTORY_DAYS = 7;

export const NOTHING_YET: DayResults = {
  ordersReceived: 0,
  ordersFulfilled: 0,
  ordersRejected: 0,
  stockouts: 0,
  unitsSold: 0,
  revenueCents: 0,
  costsCents: 0,
  profitCents: 0,
  adSpendCents: 0,
  adAttributedRevenueCents: 0,
  purchasesPlaced: 0,
  purchasesArrived: 0,
  deliveriesDelayed: 0,
  ticketsResolved: 0,
  fulfillmentFeesCents: 0,
  paymentFeesCents: 0,
  overheadCents: 0,
  referralFeesCents: 0,
  storageFeesCents: 0,
  interestCents: 0,
  returnsProcessed: 0,
  refundsCents: 0,
  salvageCents: 0,
  fraudLossesCents: 0,
  notes: [],
};

/** What is left of a day when it is over. Profit is what the cash grew by without loans: goods count when they are paid for. */
export function closeDay(seller: SellerState, day: number): SellerState {
  const { today } = seller;
  const profitCents = today.revenueCents - today.refundsCents + today.salvageCents - today.costsCents;
  const { revenueCents, adSpendCents, adAttributedRevenueCents } = today;
  const figures: DayFigures = { day, revenueCents, profitCents, adSpendCents, adAttributedRevenueCents };
  return {
    ...seller,
    today: NOTHING_YET,
    yesterday: { ...today, profitCents },
    history: [...seller.history, figures].slice(-HISTORY_DAYS),
  };
}
