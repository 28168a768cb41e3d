import { assert } from '../../kernel/assert';
import { checkBooks } from './money/books';
import type { MarketState, SellerState } from './state';

/** What must hold after every day. @throws InvariantError with the seller, the figure and what it should be */
export function check({ sellers, day }: MarketState): void {
  for (const seller of sellers) {
    checkBooks(`${seller.id} on day ${day}`, seller.books);
    checkShelves(seller);
    checkSums(seller);
  }
}

function checkShelves({ id, shelves }: SellerState): void {
  shelves.forEach(({ stock, priceCents, costCents, rating, backlog }, product) => {
    const counts = [stock, priceCents, costCents, backlog];
    assert(
      counts.every(isCount),
      () => `${id}, product ${product}: stock, price, cost and backlog are ${counts.join(', ')}`,
    );
    assert(rating >= 1 && rating <= 5, () => `${id}, product ${product}: rated ${rating} of 1 to 5`);
  });
}

/** The accounts say the same as the goods and the promises that they stand for. */
function checkSums({ id, books, shelves, purchases, returns }: SellerState): void {
  const stock = shelves.reduce((sum, shelf) => sum + shelf.stock * shelf.costCents, 0);
  assert(
    stock === books.inventory,
    () => `${id}: goods for ${stock} cents are on the shelves, the books say ${books.inventory}`,
  );
  const paid = purchases.reduce((sum, { quantity, unitCostCents }) => sum + quantity * unitCostCents, 0);
  assert(
    paid === books.goodsInTransit,
    () => `${id}: goods for ${paid} cents are on the way, the books say ${books.goodsInTransit}`,
  );
  const due = returns.reduce((sum, { reconciled, refundDueCents }) => sum + (reconciled ? refundDueCents : 0), 0);
  assert(due === -books.refundsDue, () => `${id}: ${due} cents of refunds are due, the books say ${-books.refundsDue}`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
