import { assert } from '../../../kernel/assert';

/**
 * Accounts of one seller. Assets and expenses grow with a debit (positive here), the others with a credit (negative), so that
 * every posting sums to zero, and so do all balances at any time.
 */
export const ACCOUNTS = [
  // assets
  'cash',
  'inventory',
  'goodsInTransit',
  // liabilities
  'refundsDue',
  'loan',
  // equity and income
  'opening',
  'sales',
  'salvage',
  // expenses and what reduces income
  'refunds',
  'costOfGoods',
  'purchaseLosses',
  'revaluation',
  'fulfillment',
  'paymentFees',
  'overhead',
  'advertising',
  'support',
  'fraudLosses',
  'referral',
  'storage',
  'interest',
] as const;
export type Account = (typeof ACCOUNTS)[number];

/** Balances in integer cents. */
export type Books = Record<Account, number>;

export type Posting = readonly (readonly [account: Account, cents: number])[];

export function openBooks(cashCents: number, inventoryCents: number): Books {
  const empty = Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Books;
  return post(empty, [
    ['cash', cashCents],
    ['inventory', inventoryCents],
    ['opening', -(cashCents + inventoryCents)],
  ]);
}

/** @throws InvariantError when the posting does not balance or is not in whole cents: nothing of it is booked then */
export function post(books: Books, posting: Posting): Books {
  const sum = posting.reduce((total, [, cents]) => total + cents, 0);
  assert(sum === 0, () => `books: ${describe(posting)} does not balance: ${sum} cents are left`);
  const after = { ...books };
  for (const [account, cents] of posting) {
    after[account] += cents;
    assert(Number.isSafeInteger(after[account]), () => `books: ${describe(posting)} is not in whole cents`);
  }
  return after;
}

/** Assets = liabilities + equity + income − expenses: all balances together are zero, and nobody owes cash he has not. */
export function checkBooks(seller: string, books: Books): void {
  const sum = ACCOUNTS.reduce((total, account) => total + books[account], 0);
  assert(sum === 0, `books of ${seller}: the accounts sum up to ${sum} cents instead of 0`);
  for (const account of ['cash', 'inventory', 'goodsInTransit'] as const) {
    assert(books[account] >= 0, `books of ${seller}: ${account} stands at ${books[account]} cents`);
  }
  assert(books.refundsDue <= 0, `books of ${seller}: customers owe ${books.refundsDue} cents of refunds`);
  assert(books.loan <= 0, `books of ${seller}: the bank owes ${books.loan} cents`);
}

/** What the seller is worth: cash and stock at cost, less debts and refunds that are due. Goods on the way are not counted. */
export function equityOf(books: Books): number {
  return books.cash + books.inventory + books.refundsDue + books.loan;
}

function describe(posting: Posting): string {
  return posting.map(([account, cents]) => `${account} ${cents}`).join(', ');
}
