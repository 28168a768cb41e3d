import type { Chance } from '../../../simulation/chance/chance';
import type { WorldEvent } from '../../../simulation/world';
import { returnSeasonIn } from '../calendar';
import { RETURN_HABITS } from '../catalogue';
import { post } from '../money/books';
import { clamp, share } from '../money/cents';
import type { MarketState, Order, PendingReturn, SellerState } from '../state';
import { shelfEntity, STREAM } from '../streams';
import { withToday } from '../supply/purchases';

/** Whether what is sold today comes back, when, and in what state: all of it is decided at the sale. */
export function drawReturn(
  state: MarketState,
  chance: Chance,
  sellerIndex: number,
  { product, quantity, serial }: Order,
  paidCents: number,
): PendingReturn | undefined {
  const { category } = state.scenario.catalogue[product]!;
  const { rating, costCents } = state.sellers[sellerIndex]!.shelves[product]!;
  const { base, restockable, recovery } = RETURN_HABITS[category];
  const at = (stream: number) => ({
    ...{ stream, tick: state.day, entity: shelfEntity(sellerIndex, product), index: serial },
  });
  const probability = returnProbability(base, rating, quantity, returnSeasonIn(state, category));
  if (!chance.happens(probability, at(STREAM.returned))) return undefined;
  const goesBack = chance.happens(restockable, at(STREAM.returnRestockable));
  const recovered = chance.between(recovery[0], recovery[1], at(STREAM.returnRecovery));
  return {
    product,
    daysLeft: chance.integer(2, 10, at(STREAM.returnDays)),
    refundDueCents: paidCents,
    units: quantity,
    unitCostCents: costCents,
    restockUnits: goesBack ? share(quantity, recovered) : 0,
    reconciled: false,
  };
}

export function returnProbability(base: number, rating: number, quantity: number, season: number): number {
  const plain = base + Math.max(0, 4.4 - rating) * 0.018 + (quantity - 1) * 0.012;
  return clamp(plain * season, 0.008, 0.3);
}

/**
 * A day of one seller's returns. When one is there, its units go back to the shelf or bring their salvage, once; the
 * refund is paid as far as the cash goes, and what is left is tried again every day.
 */
export function resolveReturns(state: MarketState, sellerIndex: number): { seller: SellerState; events: WorldEvent[] } {
  let seller = state.sellers[sellerIndex]!;
  const pending: PendingReturn[] = [];
  const events: WorldEvent[] = [];
  for (const before of seller.returns) {
    const daysLeft = Math.max(0, before.daysLeft - 1);
    if (daysLeft > 0) {
      pending.push({ ...before, daysLeft });
      continue;
    }
    if (!before.reconciled) {
      seller = reconcile(state, seller, before);
      events.push({ type: 'return-arrived', subject: seller.id, data: { units: before.units } });
    }
    const paid = Math.min(before.refundDueCents, seller.books.cash);
    seller = refund(seller, paid);
    const refundDueCents = before.refundDueCents - paid;
    if (refundDueCents > 0) pending.push({ ...before, daysLeft, reconciled: true, refundDueCents });
  }
  return { seller: { ...seller, returns: pending }, events };
}

function reconcile(state: MarketState, seller: SellerState, returned: PendingReturn): SellerState {
  const { product, units, restockUnits, unitCostCents, refundDueCents } = returned;
  const shelf = seller.shelves[product]!;
  const { category } = state.scenario.catalogue[product]!;
  const salvage = share(unitCostCents * (units - restockUnits), RETURN_HABITS[category].salvage);
  const restocked = shelf.costCents * restockUnits;
  const books = post(seller.books, [
    ['refunds', refundDueCents],
    ['refundsDue', -refundDueCents],
    ['inventory', restocked],
    ['costOfGoods', -restocked],
    ['cash', salvage],
    ['salvage', -salvage],
  ]);
  const shelves = seller.shelves.with(product, { ...shelf, stock: shelf.stock + restockUnits });
  return withToday({ ...seller, books, shelves }, (today) => ({
    returnsProcessed: today.returnsProcessed + 1,
    salvageCents: today.salvageCents + salvage,
  }));
}

function refund(seller: SellerState, paid: number): SellerState {
  const books = post(seller.books, [
    ['refundsDue', paid],
    ['cash', -paid],
  ]);
  return withToday({ ...seller, books }, (today) => ({ refundsCents: today.refundsCents + paid }));
}
