import type { Chance } from '../../../simulation/chance/chance';
import { present } from '../../../kernel/assert';
import type { WorldEvent } from '../../../simulation/world';
import { post } from '../money/books';
import { shiftDelayRisk } from '../demand/shifts';
import { share } from '../money/cents';
import type { MarketState, Purchase, SellerState, Shelf, Supplier } from '../state';
import { shelfEntity, STREAM } from '../streams';

const SHOCK_RISK = 0.18;
const RISK_MAX = 0.45;
const DELAY_DAYS_MAX = 14;
const COST_MEMORY = 0.7;

/** A day of everything that is on its way to one seller: delays first, then one day nearer, then what arrives. */
export function receivePurchases(
  state: MarketState,
  chance: Chance,
  sellerIndex: number,
): { seller: SellerState; events: WorldEvent[] } {
  let seller = state.sellers[sellerIndex]!;
  const events: WorldEvent[] = [];
  const onTheWay: Purchase[] = [];
  for (const purchase of seller.purchases) {
    const at = (stream: number) => ({
      ...{ stream, tick: state.day, entity: shelfEntity(sellerIndex, purchase.product), index: purchase.serial },
    });
    const supplier = supplierOf(state, purchase);
    const delay = delayOf(state, chance, purchase, supplier, at);
    if (delay > 0) {
      seller = withToday(seller, (today) => ({ deliveriesDelayed: today.deliveriesDelayed + 1 }));
      events.push({ type: 'delivery-delayed', subject: seller.id, data: { purchase: purchase.id, days: delay } });
    }
    const moved = {
      ...purchase,
      daysLeft: purchase.daysLeft + delay - 1,
      delayedDays: purchase.delayedDays + delay,
      delays: purchase.delays + (delay > 0 ? 1 : 0),
    };
    if (moved.daysLeft > 0) onTheWay.push(moved);
    else {
      const complete = chance.happens(supplier.reliability, at(STREAM.deliveryComplete));
      const filled = complete ? 1 : chance.between(0.65, 0.95, at(STREAM.deliveryShare));
      const received = Math.floor(moved.quantity * filled);
      seller = shelve(seller, moved, received);
      events.push({
        type: 'delivery-arrived',
        subject: seller.id,
        data: { purchase: moved.id, ordered: moved.quantity, received },
      });
    }
  }
  return { seller: { ...seller, purchases: onTheWay }, events };
}

function delayOf(
  state: MarketState,
  chance: Chance,
  { product, daysLeft, delayedDays }: Purchase,
  { delayRisk, lane }: Supplier,
  at: (stream: number) => { stream: number; tick: number; entity: number; index: number },
): number {
  if (daysLeft <= 1) return 0;
  const shocked = state.events.some((event) => event.type === 'supply_shock' && event.product === product);
  const added = (shocked ? SHOCK_RISK : 0) + shiftDelayRisk(state, product, lane);
  const risk = Math.min(RISK_MAX, delayRisk + added);
  if (!chance.happens(risk, at(STREAM.deliveryDelayed))) return 0;
  return Math.min(chance.integer(1, 3, at(STREAM.deliveryDelayDays)), DELAY_DAYS_MAX - delayedDays);
}

/**
 * A shelf with more units on it, and what its value at cost grew by. The cost of a unit follows the purchases slowly (0.7 old +
 * 0.3 new, whatever the quantities), so that is more or less than was paid: the rest is revaluation.
 */
export function stocked(shelf: Shelf, units: number, unitCostCents: number): { after: Shelf; gained: number } {
  const costCents =
    units === 0 ? shelf.costCents : share(shelf.costCents * COST_MEMORY + unitCostCents * (1 - COST_MEMORY), 1);
  const after: Shelf = { ...shelf, costCents, stock: shelf.stock + units };
  return { after, gained: after.costCents * after.stock - shelf.costCents * shelf.stock };
}

/** What was paid and did not come is lost. */
function shelve(seller: SellerState, { product, quantity, unitCostCents }: Purchase, received: number): SellerState {
  const { after, gained } = stocked(seller.shelves[product]!, received, unitCostCents);
  const lost = (quantity - received) * unitCostCents;
  const paid = quantity * unitCostCents;
  const books = post(seller.books, [
    ['goodsInTransit', -paid],
    ['inventory', gained],
    ['purchaseLosses', lost],
    ['revaluation', paid - lost - gained],
  ]);
  const shelved = { ...seller, books, shelves: seller.shelves.with(product, after) };
  return withToday(shelved, (today) => ({ purchasesArrived: today.purchasesArrived + 1 }));
}

function supplierOf({ products }: MarketState, { product, supplierId, id }: Purchase): Supplier {
  const found = products[product]!.suppliers.find((supplier) => supplier.id === supplierId);
  return present(found, `marketplace: purchase ${id} is from ${supplierId}, who does not sell product ${product}`);
}

/** The seller with changed figures of the day under way. */
export function withToday(
  seller: SellerState,
  change: (today: SellerState['today']) => Partial<SellerState['today']>,
): SellerState {
  return { ...seller, today: { ...seller.today, ...change(seller.today) } };
}
