import type { SellerState } from '../state';
import { withToday } from '../supply/purchases';
import { post, type Books } from './books';
import { share } from './cents';

/** A day; about 11 % a year. */
const INTEREST_A_DAY = 0.0003;

/** What may still be borrowed, so that debt is at most this share of all assets, the borrowed cash among them. */
export function creditLeft(books: Books, debtRatioMax: number): number {
  const assets = books.cash + books.inventory + books.goodsInTransit;
  return Math.max(0, Math.floor((debtRatioMax * assets + books.loan) / (1 - debtRatioMax)));
}

/** A day's interest; what the cash does not pay is owed, too. */
export function payInterest(seller: SellerState): SellerState {
  const interest = share(-seller.books.loan, INTEREST_A_DAY);
  if (interest === 0) return seller;
  const paid = Math.min(interest, seller.books.cash);
  const books = post(seller.books, [
    ['interest', interest],
    ['cash', -paid],
    ['loan', paid - interest],
  ]);
  return withToday({ ...seller, books }, ({ costsCents }) => ({ costsCents: costsCents + paid, interestCents: paid }));
}

/** @param cents above 0: borrowed; below 0: paid back, as far as there is a debt and cash for it */
export function takeCredit(seller: SellerState, cents: number): SellerState {
  const change = cents > 0 ? cents : -Math.min(-cents, -seller.books.loan, seller.books.cash);
  if (change === 0) return seller;
  const books = post(seller.books, [
    ['cash', change],
    ['loan', -change],
  ]);
  return { ...seller, books };
}
